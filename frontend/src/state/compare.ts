/** Comparing two sides: beginning and ending it, and one side's view of the shared selection. */
import type { Cell, SelectionStore } from "../kinds/types";
import { useLayout } from "./layout";
import { runPanels } from "./runner";
import { useWorkspace } from "./workspace";

/** Begin or end a comparison. It begins with the prompt there is, to be changed. */
export function compare(on: boolean): void {
  useWorkspace.getState().setSecond(on ? {} : null);
  useLayout.getState().setEditing(on ? "b" : null);
  void runPanels();
}

type Partners = readonly (number | null)[];

/**
 * The selection as the second side sees it: positions are those of the first, told as the positions that stand beside
 * them. `toSecond` and `toFirst` give for each position its partner; one without a partner is not selected at all.
 */
export function secondSelection(store: SelectionStore, toSecond: Partners, toFirst: Partners): SelectionStore {
  const through = (partners: Partners) => (cell: Cell | null) => {
    if (!cell) return null;
    const next: Cell = { ...cell };
    for (const field of ["position", "query", "key"] as const) {
      const place = cell[field];
      if (place != null) next[field] = partners[place] ?? null;
    }
    return next;
  };
  const [seen, meant] = [through(toSecond), through(toFirst)];
  const across = (partners: Partners, range: [number, number] | null): [number, number] | null => {
    const ends = range?.map((position) => partners[position] ?? null) ?? [];
    return ends.length === 2 && ends.every((end) => end !== null) ? (ends as [number, number]) : null;
  };
  return {
    get: steadily(store.get, ({ pin, also, hover, range }) => ({
      pin: seen(pin),
      also: also.map((cell) => seen(cell) ?? {}),
      hover: seen(hover),
      range: across(toSecond, range),
    })),
    subscribe: (listener) => store.subscribe(listener),
    setHover: (cell) => store.setHover(meant(cell)),
    setPin: (cell) => store.setPin(meant(cell)),
    togglePin: (cell) => store.togglePin(meant(cell) ?? {}),
    setRange: (range) => store.setRange(across(toFirst, range)),
  };
}

type Seen = ReturnType<SelectionStore["get"]>;

/** Made anew only in the parts whose source has changed: React compares them by identity. */
function steadily(source: () => Seen, make: (now: Seen) => Seen): () => Seen {
  let before: Seen | null = null;
  let made: Seen | null = null;
  return () => {
    const now = source();
    const next = make(now);
    const last = before;
    made =
      last && made
        ? {
            pin: now.pin === last.pin ? made.pin : next.pin,
            also: now.also === last.also ? made.also : next.also,
            hover: now.hover === last.hover ? made.hover : next.hover,
            range: now.range === last.range ? made.range : next.range,
          }
        : next;
    before = now;
    return made;
  };
}
