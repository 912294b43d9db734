/** A kind's view of the shared selection: it sets the dimensions it draws and keeps the others. */
import { useSyncExternalStore } from "react";
import type { Cell, SelectionStore } from "./types";

const FIELDS = ["position", "row", "layer", "head", "query", "key"] as const;

export function usePin(selection: SelectionStore): Cell | null {
  return useSyncExternalStore(selection.subscribe, () => selection.get().pin);
}

const agrees = (cell: Cell | null, part: Cell) =>
  cell !== null && FIELDS.every((field) => part[field] == null || cell[field] === part[field]);

/** Pins a part, beside what is pinned in other dimensions. */
export function setPart(selection: SelectionStore, part: Cell): void {
  selection.setPin({ ...selection.get().pin, ...part });
}

/** The same, but a second time on the same part unpins it. */
export function togglePart(selection: SelectionStore, part: Cell): void {
  const pin = selection.get().pin;
  if (!agrees(pin, part)) return setPart(selection, part);
  const rest: Cell = { ...pin };
  for (const field of FIELDS) if (part[field] != null) delete rest[field];
  return selection.setPin(FIELDS.some((field) => rest[field] != null) ? rest : null);
}
