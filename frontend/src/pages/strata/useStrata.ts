/** Everything the view draws, worked out from the document of its panel and from what is fetched as layers are opened. */
import { useEffect, useMemo, useState } from "react";
import { seamsBetween, type Seam } from "../../charts/seam";
import type { differenceOf } from "../../kinds/difference";
import { entryOf, find } from "../../kinds/result";
import type { GridModel } from "../../kinds/parts/gridModel";
import { gridOf } from "../../kinds/TokenGrid";
import type { FirstToken, Quantity, ResultDocument } from "../../kinds/types";
import { inUnit, limitsInUnit } from "../../kinds/units";
import type { PanelRuns } from "../../panels/panelRuns";
import { useDocuments } from "../../state/documents";
import { useUnits } from "../../state/units";
import { t } from "../../ui/i18n";
import type { Panel } from "../../state/workspace";
import { useWorkspace } from "../../state/workspace";
import { bandOf, linksIn, type Head, type Links } from "./heads";
import { dataOf, openableLayers, pooledSteps } from "./model";
import { countingOf, patchingOf, withCounting, withPatching } from "./quantities";
import { NOTHING, useAnswer, useAnswers, useAsk, usePooled, type Answer, type Ask, type AskFor } from "./source";
import type { Lens, StrataView } from "./viewState";
import { effectsOf, halfRow, PARTS } from "./writes";

const METHODS: Record<Exclude<Lens, "difference">, string> = { raw: "lens/logit-lens", tuned: "lens/tuned-lens" };

/** The lens that a panel's own method is; null for one of another kind. */
export const lensOfMethod = (method: string): Exclude<Lens, "difference"> | null =>
  method === METHODS.raw ? "raw" : method === METHODS.tuned ? "tuned" : null;

export interface LensAnswer {
  document: ResultDocument | null;
  /** Why there is none. */
  problem: string | null;
  lens: Lens | null;
  /** Whether the other lens can be had. */
  able: boolean;
  /** Whether the panel's own document is there. */
  waits: boolean;
}

/** What the chosen lens answers: the panel's own document, that of the other lens, or what differs between them. */
export function useLens(panel: Panel, runs: PanelRuns, wanted: Lens | null): LensAnswer {
  const own = lensOfMethod(panel.method);
  const ask = useAsk(runs.side === "b" ? "b" : "a");
  const other = own && METHODS[own === "raw" ? "tuned" : "raw"];
  const possible = other && runs.side !== "difference" ? ask(other) : null;
  const lens = possible ? (wanted ?? own) : own;
  const fetched = useAnswer(lens === own ? null : possible);
  const [subtract, setSubtract] = useState<{ differenceOf: typeof differenceOf } | null>(null);
  useEffect(() => {
    if (lens === "difference") void import("../../kinds/difference").then(setSubtract);
  }, [lens]);
  const difference = useMemo(() => {
    if (lens !== "difference" || !subtract || !runs.document || !fetched.document) return null;
    const [raw, tuned] = own === "raw" ? [runs.document, fetched.document] : [fetched.document, runs.document];
    // Two methods, one kind of cells: told as one, so that they are subtracted.
    return subtract.differenceOf({ ...tuned, method: raw.method }, raw, "position");
  }, [lens, subtract, runs.document, fetched.document, own]);
  const document =
    lens === own ? runs.document : lens === "difference" ? (difference?.document ?? null) : fetched.document;
  const problem = fetched.problem?.body.message ?? difference?.reason ?? null;
  return { document, problem, lens, able: possible !== null, waits: runs.document !== null };
}

/** The document in the unit of the page, with the effect of patching and the count of features where those were measured. */
export function useCells(given: ResultDocument | null): ResultDocument | null {
  const unit = useUnits((units) => units.unit);
  const documents = useDocuments();
  return useMemo(() => {
    if (!given) return null;
    const document = inUnit(given, unit);
    const cells = find(document, document.result.quantities[0]?.name ?? "");
    if (!cells) return document;
    const [, positions] = cells.shape;
    return withCounting(withPatching(document, patchingOf(documents, positions)), countingOf(documents, positions));
  }, [given, unit, documents]);
}

const TOP = 5;

/** What the open layers write, in pairs of MLP and attention. */
function useWrites(ask: AskFor, layers: readonly number[]): Answer[] {
  const asks = useMemo(
    () =>
      layers.flatMap((layer) =>
        PARTS.map((part) => ask(METHODS.raw, { site: `${part}_out`, layers: [layer], top_k: TOP })),
      ),
    [ask, layers],
  );
  return useAnswers(asks);
}

const asksForHead = (ask: AskFor, { layer, head }: Head): Ask | null =>
  ask("attention/attention-pattern", { layers: [layer], heads: [head] });

export interface HeadLinks {
  head: Head;
  links: Links | null;
  answer: Answer;
}

/** The links of the pinned heads that are drawn: the first, and behind it those of its layer. */
function useLinks(ask: AskFor, heads: readonly Head[], make: (document: ResultDocument) => Links): HeadLinks[] {
  const asks = useMemo(() => heads.map((head) => asksForHead(ask, head)), [ask, heads]);
  const answers = useAnswers(asks);
  return useMemo(
    () =>
      heads.map((head, i) => {
        const answer = answers[i] ?? NOTHING;
        return { head, answer, links: answer.document && make(answer.document) };
      }),
    [heads, answers, make],
  );
}

export interface Drawn {
  document: ResultDocument;
  quantity: Quantity;
  runs: PanelRuns;
  view: StrataView;
  heads: readonly Head[];
}

/** The grid with what is open in it. */
export function useStrata({ document, quantity, runs, view, heads }: Drawn) {
  const firstToken: FirstToken = useWorkspace((workspace) => workspace.firstToken);
  const unit = useUnits((units) => units.unit);
  const ask = useAsk(runs.side === "b" ? "b" : "a");
  const limits = limitsInUnit(document, runs.limits, unit);
  const grid = useMemo(() => gridOf(document, quantity, limits), [document, quantity, limits]);
  const { places } = grid;
  const openable = useMemo(
    () => (runs.side === "difference" ? [] : openableLayers(document, places.rowIndices)),
    [runs.side, document, places],
  );
  const band = heads[0] && openable.includes(heads[0].layer) ? heads[0] : null;
  const layers = useMemo(
    () =>
      [...new Set([...view.open, ...(band ? [band.layer] : [])])]
        .filter((layer) => openable.includes(layer))
        .sort(ascending),
    [view.open, band, openable],
  );
  const together = useMemo(() => heads.filter(({ layer }) => layer === band?.layer), [heads, band]);
  const writes = useWrites(ask, layers);
  const effects = useAnswer(layers.length > 0 ? ask("lens/direct-logit-attribution") : null);
  const make = useMemo(
    () => (pattern: ResultDocument) => linksIn(pattern, places, firstToken, view.least),
    [places, firstToken, view.least],
  );
  const linked = useLinks(ask, together, make);
  const split = useMemo(() => effectsOf(effects.document), [effects.document]);
  const seams = useMemo(
    () =>
      layers.map((layer, i): Seam => {
        const [first, ...others] = linked;
        const ghosts = others.flatMap(({ links }) => links ?? []);
        return {
          row: entryOf(places.rowIndices, layer) ?? 0,
          halves: PARTS.map((part, at) =>
            halfRow(part, layer, writes[PARTS.length * i + at] ?? NOTHING, split, places),
          ),
          band: band?.layer === layer && first ? bandOf(band, first.links, ghosts, places, view.least) : null,
        };
      }),
    [layers, writes, split, places, band, linked, view.least],
  );
  const blocks = usePooled(document, places.rows, places.columns);
  const pooled = useMemo(() => pooledSteps(blocks, quantity, grid.limits), [blocks, quantity, grid.limits]);
  const opens = openable.length > 0;
  const between = useMemo(() => (opens ? seamsBetween(seams, t("strata.attention")) : undefined), [opens, seams]);
  const data = useMemo(() => dataOf(grid, view.text, between, pooled), [grid, view.text, between, pooled]);
  const problems = [...writes, effects, ...linked.map(({ answer }) => answer)].flatMap(({ problem }) => problem ?? []);
  const [problem = null] = problems;
  return {
    grid,
    data,
    openable,
    layers,
    band,
    links: linked[0]?.links ?? null,
    blocks,
    problem,
    notes: notesOf(document, grid),
  };
}

/** What the cells leave to be said, beside how many there are and of which rank their tokens are. */
function notesOf(document: ResultDocument, { notes }: GridModel): string[] {
  const top = t("kinds.grid.top", { total: find(document, "topk_ids")?.shape[2] ?? 1 });
  return notes.slice(1).filter((note) => note !== top);
}

const ascending = (a: number, b: number) => a - b;
