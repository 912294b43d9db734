/** The first pin and those set beside it with ⌘ or Ctrl, which have letters: the first is A, then B, C and D. */
import { useSyncExternalStore } from "react";
import { togglePart, usePin } from "../selection";
import type { Cell, SelectionStore } from "../types";
import { liesIn } from "./places";

const LETTERS = "ABCD";

const NONE: readonly Cell[] = [];

export interface Pins {
  pin: Cell | null;
  also: readonly Cell[];
}

export function usePins(selection: SelectionStore): Pins {
  const also = useSyncExternalStore(selection.subscribe, () => selection.get().also ?? NONE);
  return { pin: usePin(selection), also };
}

/** Which pin a part is: 0 for the first, 1 to 3 for the others, −1 for none. */
export function pinOf({ pin, also }: Pins, part: Cell): number {
  if (liesIn(pin, part)) return 0;
  const beside = also.findIndex((cell) => liesIn(cell, part));
  return beside < 0 ? -1 : beside + 1;
}

/** The letter of a pin, which only several need. */
export const letterOf = ({ also }: Pins, index: number): string =>
  index < 0 || also.length === 0 ? "" : (LETTERS[index] ?? "");

interface Modifiers {
  metaKey: boolean;
  ctrlKey: boolean;
}

/** What a click or a key says that sets a further pin. */
export const BESIDE: Modifiers = { metaKey: true, ctrlKey: false };

/** What a click on a part does: it pins or unpins; with ⌘ or Ctrl beside what is pinned. */
export function clickPart(selection: SelectionStore, part: Cell, { metaKey, ctrlKey }: Modifiers): void {
  if ((metaKey || ctrlKey) && !liesIn(selection.get().pin, part)) selection.togglePin(part);
  else togglePart(selection, part);
}
