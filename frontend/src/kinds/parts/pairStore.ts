/**
 * A selection of pairs: rows and columns of a matrix, of which only some are places that other figures know. Its cells hold
 * the entry of the row as `query` and that of the column as `key`; what is a place is read from and written to the shared
 * selection, the rest is kept here.
 */
import { entryOf } from "../result";
import type { Cell, SelectionStore } from "../types";
import { FIELDS } from "./places";

type Field = (typeof FIELDS)[number];

export interface Axis {
  /** The field of the shared selection that the axis runs along; none for two axes of one kind, or for another one. */
  field: Field | null;
  /** Which layer, head or position each entry is. */
  indices: readonly number[];
}

/** The axes of two dimensions. Two of one kind cannot both be told by one cell: the second stays here. */
export function axesOf(dims: readonly string[], indices: readonly (readonly number[])[]): [Axis, Axis] {
  const [row, column] = dims.map((dim) => FIELDS.find((field) => field === dim) ?? null);
  return [
    { field: row, indices: indices[0] },
    { field: column === row ? null : column, indices: indices[1] },
  ];
}

const NONE: readonly Cell[] = [];

export function createPairStore(shared: SelectionStore, rows: Axis, columns: Axis): SelectionStore {
  let own: Cell | null = null;
  let hovered: Cell | null = null;
  let told: Cell | null = null;
  const listeners = new Set<() => void>();
  const notify = () => listeners.forEach((listener) => listener());

  const entry = (cell: Cell | null, { field, indices }: Axis, kept: number | null | undefined): number | null =>
    field ? entryOf(indices, cell?.[field]) : (kept ?? null);

  function pairOf(cell: Cell | null, kept: Cell | null): Cell | null {
    const [query, key] = [entry(cell, rows, kept?.query), entry(cell, columns, kept?.key)];
    return query === null ? null : { query, key };
  }

  /** The places that a pair names, null where it names none. */
  const places = (pair: Cell | null): Cell => ({
    ...(rows.field ? { [rows.field]: pair?.query == null ? null : rows.indices[pair.query] } : {}),
    ...(columns.field ? { [columns.field]: pair?.key == null ? null : columns.indices[pair.key] } : {}),
  });

  /** The pinned pair, the same object as long as it is the same pair. */
  function pinned(): Cell | null {
    const pair = pairOf(shared.get().pin, own);
    if (pair?.query !== told?.query || pair?.key !== told?.key) told = pair;
    return told;
  }

  return {
    get: () => ({ pin: pinned(), also: NONE, hover: hovered ?? pairOf(shared.get().hover, null), range: null }),
    subscribe(listener) {
      listeners.add(listener);
      const leave = shared.subscribe(listener);
      return () => {
        listeners.delete(listener);
        leave();
      };
    },
    setHover(pair) {
      hovered = pair;
      shared.setHover(pair && (rows.field || columns.field) ? places(pair) : null);
      notify();
    },
    setPin(pair) {
      own = pair;
      const next = { ...shared.get().pin, ...places(pair) };
      if (rows.field || columns.field) shared.setPin(FIELDS.some((field) => next[field] != null) ? next : null);
      notify();
    },
    // One pair is told at a time.
    togglePin(pair) {
      this.setPin(pair);
    },
    setRange: () => {},
  };
}
