/** What stands beside the grid at the pinned position: fetched once, and in a comparison for every position anew. */
import { useEffect, useMemo, useState } from "react";
import type { Places } from "../../kinds/parts/gridModel";
import { at, find } from "../../kinds/result";
import type { ResultDocument } from "../../kinds/types";
import type { PanelRuns } from "../../panels/panelRuns";
import { useWorkspace } from "../../state/workspace";
import { divergences, sideCurves, targetCurves, writesAt, type Curve, type Write } from "./margins";
import { patchedOf } from "./patch";
import { useAnswer, useAsk, type Answer, type Ask } from "./source";

const PAUSE = 150;

/** A value once it has stayed the same for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** The two likeliest tokens at the position asked about: what is followed while the question line names none. */
function likeliest(document: ResultDocument, asked: number): number[] | null {
  const ids = find(document, "topk_ids");
  if (ids?.dims.join() !== "row,position,rank" || find(document, "target_logprob")) return null;
  const [rows, positions, ranks] = ids.shape;
  const position = asked < 0 ? positions + asked : asked;
  const found = Array.from({ length: Math.min(2, ranks) }, (_, rank) => at(ids, rows - 1, position, rank));
  return found.every((id) => id >= 0) ? found : null;
}

export interface Margins {
  /** Whose probability the curves show, where that is one token. */
  token: string | null;
  curves: Curve[];
  writes: Write[];
  divergence: number[];
  /** Which of them are still to come. */
  awaited: Record<"curves" | "writes" | "divergence", boolean>;
}

const isAwaited = (ask: Ask | null, { document, problem }: Answer) => ask !== null && !document && !problem;

/** Curves of target and distractor and the sizes of writes; of two sides the target in both, and how far apart they are. */
export function useMargins(document: ResultDocument, places: Places, runs: PanelRuns, position: number): Margins {
  const { side, parts } = runs;
  const apart = side === "difference";
  const ask = useAsk(side === "b" ? "b" : "a");
  const align = useWorkspace((workspace) => workspace.align);
  const asked = useWorkspace(({ question }) => question.position);
  const ids = useMemo(() => (apart ? null : likeliest(document, asked)), [apart, document, asked]);
  const likelyAsk = useMemo(() => ids && ask("lens/logit-lens", { target_ids: ids, top_k: 1 }), [ids, ask]);
  const likely = useAnswer(likelyAsk);
  // What layers write is asked of the unpatched run.
  const whole = !apart && !patchedOf(document);
  const normsAsk = whole ? ask("activations/residual-norms", { parts: ["attn_out", "mlp_out"] }) : null;
  const norms = useAnswer(normsAsk);
  const settled = useSettled(position);
  const partedAsk = apart
    ? ask("comparison/run-difference", { position: settled, alignment: align, floor: "none" })
    : null;
  const parted = useAnswer(partedAsk);
  const awaited = {
    curves: isAwaited(likelyAsk, likely),
    writes: isAwaited(normsAsk, norms),
    divergence: isAwaited(partedAsk, parted),
  };
  const [a, b] = [parts[0]?.run?.shown?.document, parts[1]?.run?.shown?.document];
  const found = useMemo(() => {
    if (!apart) {
      const curves = targetCurves(
        find(document, "target_logprob") ? document : (likely.document ?? document),
        places,
        position,
      );
      return { token: null, curves, writes: writesAt(norms.document, position), divergence: [] };
    }
    const compared = a && b ? sideCurves({ a, b, align }, places, position) : null;
    const divergence = divergences(parted.document, places.rowIndices);
    return { token: compared?.token ?? null, curves: compared?.curves ?? [], writes: [], divergence };
  }, [apart, document, places, position, likely.document, norms.document, a, b, align, parted.document]);
  return { ...found, awaited };
}
