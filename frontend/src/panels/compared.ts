/** Two documents side by side: the selection as the second one sees it, and what they differ in. */
import { useEffect, useMemo, useState } from "react";
import { alignTokens, partners, type Align } from "../kinds/align";
import type { Difference } from "../kinds/difference";
import type * as DifferenceModule from "./difference";
import type { ResultDocument, SelectionStore } from "../kinds/types";
import { secondSelection } from "../state/compare";
import { selection } from "../state/selection";

type Maybe = ResultDocument | null;

/** The selection as a figure of side B sees it: its positions are those that stand beside A's. */
export function useSideSelection(a: Maybe, b: Maybe, align: Align, store: SelectionStore = selection): SelectionStore {
  return useMemo(() => {
    if (!a || !b) return store;
    const [here, there] = [a.result.tokens, b.result.tokens];
    const [toB, toA] = [alignTokens(here, there, align), alignTokens(there, here, align)];
    return secondSelection(store, partners(toB, here.length), partners(toA, there.length));
  }, [a, b, align, store]);
}

type Make = typeof DifferenceModule;

/**
 * A − B. What computes it is fetched when first asked for; null until then, and while a side is missing. With a floor the
 * server is asked for A once more; a stored analysis has none, because it asks for nothing.
 */
export function useDifference(a: Maybe, b: Maybe, align: Align, floor: boolean): Difference | null {
  const [make, setMake] = useState<Make | null>(null);
  const [again, setAgain] = useState<ResultDocument | null>(null);
  const wanted = a !== null && b !== null;
  useEffect(() => {
    if (wanted) void import("./difference").then((module) => setMake(module));
  }, [wanted]);
  useEffect(() => {
    if (!make || !wanted || !floor) return undefined;
    const leaving = new AbortController();
    void make.computedAgain(a, leaving.signal).then(setAgain);
    return () => leaving.abort();
  }, [make, wanted, floor, a]);
  return useMemo(
    () => (a && b && make ? make.differenceWithFloor(a, b, align, again) : null),
    [a, b, align, make, again],
  );
}
