import { useState } from "react";
import { setPart } from "../selection";
import type { Cell, SelectionStore } from "../types";
import { clickPart, letterOf, usePins } from "./pins";
import { isNowhere, liesIn } from "./places";

type Modifiers = Parameters<typeof clickPart>[2];

export interface SpotPin {
  spot: number;
  /** Where several are pinned. */
  letter: string;
}

export interface Spot {
  /** What is pinned, −1 for nothing: here, or because the shared selection lies there. */
  pinned: number;
  /** What was pinned here, and still is. */
  own: number | null;
  /** What is pinned, and what beside it. */
  pins: SpotPin[];
  pin: (spot: number) => void;
  /** Pins or unpins; with ⌘ or Ctrl beside what is pinned. */
  toggle: (spot: number, modifiers?: Modifiers) => void;
}

const ALONE: Modifiers = { metaKey: false, ctrlKey: false };

/** The pinned parts of a figure whose parts are places of the model; some of them may be nowhere in it. */
export function useSpot(selection: SelectionStore, places: readonly Cell[]): Spot {
  const pins = usePins(selection);
  const [last, setLast] = useState<number | null>(null);
  const spotOf = (cell: Cell | null) => places.findIndex((place) => liesIn(cell, place));
  const stays = last !== null && last < places.length && (isNowhere(places[last]) || liesIn(pins.pin, places[last]));
  const own = stays ? last : null;
  const pinned = own ?? spotOf(pins.pin);
  const all = [pinned, ...pins.also.map(spotOf)].map((spot, i) => ({ spot, letter: letterOf(pins, i) }));
  return {
    pinned,
    own,
    pins: all.filter(({ spot }) => spot >= 0),
    pin: (spot) => {
      setLast(spot);
      if (!isNowhere(places[spot])) setPart(selection, places[spot]);
    },
    toggle: (spot, modifiers = ALONE) => {
      const further = modifiers.metaKey || modifiers.ctrlKey;
      if (!further) setLast(spot === pinned ? null : spot);
      if (!isNowhere(places[spot])) clickPart(selection, places[spot], modifiers);
    },
  };
}
