/** What a panel of a saved analysis shows: one of its results, or what differs between the two. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { asProblem, type ApiProblem } from "../../api/client";
import { documentQuery } from "../../api/queries";
import type { ResultDocument, SelectionStore } from "../../kinds/types";
import { useDifference, useSideSelection } from "../../panels/compared";
import { sharedLimits, type Limits } from "../../panels/limits";
import { headOf, type ShownPanel } from "../../state/saved";
import type { Side } from "../../state/workspace";
import type { Viewing } from "./viewing";

export interface Shown {
  /** What is drawn; null while it is on its way, and where there is none. */
  document: ResultDocument | null;
  /** The results it is made of, without their arrays until they are there: one, or of a difference both. */
  parts: ResultDocument[];
  problem: ApiProblem | null;
  /** Why there is no difference to draw. */
  reason: string | null;
  /** Limits of colour scales that both sides share. */
  limits: Limits | undefined;
  /** The selection of the page as this side sees it: its positions are those that stand beside A's. */
  selection: SelectionStore;
  retry: () => void;
}

/** `side` is null where nothing is compared. */
export function useShown(panel: ShownPanel, side: Side | null, viewing: Viewing, wanted: boolean): Shown {
  const { result, second } = panel;
  const { align } = viewing;
  const a = useQuery({ ...documentQuery(result?.href ?? ""), enabled: wanted && result !== null });
  const b = useQuery({ ...documentQuery(second?.href ?? ""), enabled: wanted && second !== null });
  const [ofA, ofB] = [a.data ?? null, b.data ?? null];
  const limits = useMemo(() => (ofA && ofB ? sharedLimits([ofA, ofB]) : undefined), [ofA, ofB]);
  const ofSecond = useSideSelection(ofA, ofB, align, viewing.selection);
  const apart = side === "difference";
  const difference = useDifference(apart ? ofA : null, apart ? ofB : null, align, false);
  const first = { query: a, head: result };
  const other = { query: b, head: second };
  const asked = apart ? [first, other] : [side === "b" ? other : first];
  const failed = asked.find(({ query }) => query.error && !query.data);
  const document = apart ? difference?.document : asked[0].query.data;
  return {
    document: document ?? null,
    parts: asked.flatMap(({ query, head }) => query.data ?? (head ? [headOf(head)] : [])),
    problem: failed ? asProblem(failed.query.error) : null,
    reason: difference?.reason ?? null,
    limits: apart ? undefined : limits,
    selection: side === "b" ? ofSecond : viewing.selection,
    retry: () => asked.forEach(({ query }) => void query.refetch()),
  };
}
