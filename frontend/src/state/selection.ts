/**
 * The one selection that all pictures share, held outside React: a hover must reach every overlay within one frame.
 *
 * A picture pins the dimensions it draws and keeps the others, so a head chosen in one and a position chosen in another are
 * both pinned. Dimensions that mean the same follow each other: row l is the stream entering layer l, and a position is what
 * a head looks from.
 */
import { useSyncExternalStore } from "react";
import type { Cell, SelectionStore } from "../kinds/types";

export type Range = [number, number] | null;

export interface Selection {
  pin: Cell | null;
  /** Further pins, in the order they were set. */
  also: readonly Cell[];
  hover: Cell | null;
  range: Range;
}

/** Pins beside the first. */
const MOST_ALSO = 3;

export interface WritableSelection extends SelectionStore {
  /** Put whole pins and a range in place, as an address or an undo says. */
  replace(pin: Cell | null, range: Range, also?: readonly Cell[]): void;
  /** How many layers there are, so that the output row pins no layer. */
  setLayers(layers: number | null): void;
}

type Frame = (callback: () => void) => void;
const nextFrame: Frame = (callback) => void requestAnimationFrame(callback);

export function createSelection(frame: Frame = nextFrame): WritableSelection {
  let current: Selection = { pin: null, also: [], hover: null, range: null };
  let layers: number | null = null;
  let pending = false;
  const listeners = new Set<() => void>();
  const notify = () => listeners.forEach((listener) => listener());

  const change = (next: Partial<Selection>) => {
    current = { ...current, ...next };
    notify();
  };

  return {
    get: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setHover(hover) {
      if (sameCell(hover, current.hover)) return;
      current = { ...current, hover };
      if (pending) return;
      pending = true;
      frame(() => {
        pending = false;
        notify();
      });
    },
    setPin(cell) {
      const pin = tidy(cell && linked(cell, current.pin ?? {}, layers));
      if (!sameCell(pin, current.pin)) change(pin ? { pin } : { pin, also: [] });
    },
    togglePin(cell) {
      const { pin, also } = current;
      const wanted = tidy(linked(cell, {}, layers));
      if (!wanted) return;
      if (!pin) return change({ pin: wanted });
      if (sameCell(wanted, pin)) return change({ pin: also[0] ?? null, also: also.slice(1) });
      const rest = also.filter((other) => !sameCell(other, wanted));
      change({ also: rest.length < also.length ? rest : [...also, wanted].slice(-MOST_ALSO) });
    },
    setRange(range) {
      const ordered: Range = range && [Math.min(...range), Math.max(...range)];
      if (String(ordered) !== String(current.range)) change({ range: ordered });
    },
    replace(pin, range, also = []) {
      const cell = tidy(pin);
      const further = also.map(tidy).filter((other) => other !== null);
      const same = sameCell(cell, current.pin) && String(range) === String(current.range);
      if (!same || !sameCells(further, current.also)) change({ pin: cell, range, also: further });
    },
    setLayers(count) {
      layers = count;
    },
  };
}

const FIELDS = ["position", "row", "layer", "head", "query", "key", "feature"] as const;

export const sameCell = (a: Cell | null, b: Cell | null): boolean =>
  a === b || FIELDS.every((field) => (a?.[field] ?? null) === (b?.[field] ?? null));

const sameCells = (a: readonly Cell[], b: readonly Cell[]): boolean =>
  a.length === b.length && a.every((cell, index) => sameCell(cell, b[index]));

/** A new pin with the dimensions that follow those in which it differs from the old one. */
function linked(cell: Cell, before: Cell, layers: number | null): Cell {
  const next = { ...cell };
  const moved = (field: (typeof FIELDS)[number]) => (next[field] ?? null) !== (before[field] ?? null);
  const [row, layer, position, query] = [moved("row"), moved("layer"), moved("position"), moved("query")];
  if (row && !layer && next.head == null)
    next.layer = next.row == null || (layers !== null && next.row >= layers) ? null : next.row;
  if (layer && !row && (next.head == null || next.row == null)) next.row = next.layer;
  if (query && !position && next.query != null) next.position = next.query;
  if (position && !query) next.query = next.key = null;
  if (next.layer == null) next.head = null;
  return next;
}

/** Only the fields that say something; null when none does. */
function tidy(cell: Cell | null): Cell | null {
  const kept = FIELDS.filter((field) => cell?.[field] != null).map((field) => [field, cell?.[field]]);
  return kept.length > 0 ? (Object.fromEntries(kept) as Cell) : null;
}

/** Pin a position beside what else is pinned; null unpins it. */
export const pinPosition = (position: number | null, store: SelectionStore = selection): void =>
  store.setPin({ ...store.get().pin, position });

export const selection = createSelection();

/** The pinned cell; renders again only when it changes. */
export const usePin = (store: SelectionStore = selection): Cell | null =>
  useSyncExternalStore(store.subscribe, () => store.get().pin);

/** The further pins. */
export const useFurtherPins = (store: SelectionStore = selection): readonly Cell[] =>
  useSyncExternalStore(store.subscribe, () => store.get().also);

export const useRange = (store: SelectionStore = selection): Range =>
  useSyncExternalStore(store.subscribe, () => store.get().range);
