/** A kind's view of the shared selection: it sets the dimensions it draws and keeps the others. */
import { useSyncExternalStore } from "react";
import { FIELDS, liesIn } from "./parts/places";
import type { Cell, SelectionStore } from "./types";

export function usePin(selection: SelectionStore): Cell | null {
  return useSyncExternalStore(selection.subscribe, () => selection.get().pin);
}

/** Pins a part, beside what is pinned in other dimensions. */
export function setPart(selection: SelectionStore, part: Cell): void {
  selection.setPin({ ...selection.get().pin, ...part });
}

/** The same, but on a part that is pinned, first or further, unpins it. */
export function togglePart(selection: SelectionStore, part: Cell): void {
  const { pin, also = [] } = selection.get();
  const further = also.find((cell) => liesIn(cell, part));
  if (further) return selection.togglePin(further);
  if (!pin || !liesIn(pin, part)) return setPart(selection, part);
  // Of several pins the next one takes the place of the first.
  if (also.length > 0) return selection.togglePin(pin);
  const rest: Cell = { ...pin };
  for (const field of FIELDS) if (part[field] != null) delete rest[field];
  return selection.setPin(FIELDS.some((field) => rest[field] != null) ? rest : null);
}
