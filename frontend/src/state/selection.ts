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
  hover: Cell | null;
  range: Range;
}

export interface WritableSelection extends SelectionStore {
  /** Put a whole pin and range in place, as an address or an undo says. */
  replace(pin: Cell | null, range: Range): void;
  /** How many layers there are, so that the output row pins no layer. */
  setLayers(layers: number | null): void;
}

type Frame = (callback: () => void) => void;
const nextFrame: Frame = (callback) => void requestAnimationFrame(callback);

export function createSelection(frame: Frame = nextFrame): WritableSelection {
  let current: Selection = { pin: null, hover: null, range: null };
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
      if (!sameCell(pin, current.pin)) change({ pin });
    },
    setRange(range) {
      const ordered: Range = range && [Math.min(...range), Math.max(...range)];
      if (String(ordered) !== String(current.range)) change({ range: ordered });
    },
    replace(pin, range) {
      const cell = tidy(pin);
      if (!sameCell(cell, current.pin) || String(range) !== String(current.range)) change({ pin: cell, range });
    },
    setLayers(count) {
      layers = count;
    },
  };
}

const FIELDS = ["position", "row", "layer", "head", "query", "key"] as const;

export const sameCell = (a: Cell | null, b: Cell | null): boolean =>
  a === b || FIELDS.every((field) => (a?.[field] ?? null) === (b?.[field] ?? null));

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

export const useRange = (store: SelectionStore = selection): Range =>
  useSyncExternalStore(store.subscribe, () => store.get().range);
