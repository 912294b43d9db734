/** The curves and bars beside the grid, row by row: numbers only. */
import { alignTokens, partners, type Align } from "../../kinds/align";
import type { Places } from "../../kinds/parts/gridModel";
import { at, entryOf, find, indices } from "../../kinds/result";
import type { ResultDocument } from "../../kinds/types";
import { tokenText } from "../../ui/tokenText";

export interface Curve {
  name: string;
  /** A value per row of the grid. */
  values: readonly number[];
  colour: string;
  dashed?: boolean;
  /** Named by a token. */
  mono?: boolean;
}

const CEILINGS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1];

/** The end of an axis of probabilities. */
export function ceilingOf(curves: readonly Curve[]): number {
  const most = curves.reduce((found, { values }) => values.reduce((best, x) => (x > best ? x : best), found), 0);
  return CEILINGS.find((limit) => limit >= most) ?? 1;
}

/** How probable one of the followed tokens is in every row of the grid, at a position of its own document. */
export function probabilities(
  document: ResultDocument,
  rowIndices: readonly number[],
  position: number,
  target: number,
): number[] {
  const logprob = find(document, "target_logprob");
  if (logprob?.dims.join() !== "row,position,target" || target >= logprob.shape[2])
    return rowIndices.map(() => Number.NaN);
  const rows = indices(document, "row", logprob.shape[0]);
  const column = entryOf(indices(document, "position", logprob.shape[1]), position) ?? -1;
  return rowIndices.map((index) => Math.exp(at(logprob, entryOf(rows, index) ?? -1, column, target)));
}

const followed = (document: ResultDocument): string[] =>
  find(document, "target_logprob") ? (document.result.coords.target ?? []) : [];

const COLOURS = ["var(--target)", "var(--distract)"];

/** Target and distractor at a position. */
export function targetCurves(document: ResultDocument, places: Places, position: number): Curve[] {
  return followed(document)
    .slice(0, COLOURS.length)
    .map((text, target) => ({
      name: tokenText({ text }, 12),
      values: probabilities(document, places.rowIndices, position, target),
      colour: COLOURS[target],
      mono: true,
    }));
}

/** The first followed token in A at a position, and in B at the position beside it. */
export function sideCurves(
  { a, b, align }: { a: ResultDocument; b: ResultDocument; align: Align },
  places: Places,
  position: number,
): { token: string; curves: Curve[] } | null {
  const [text] = followed(a);
  const other = followed(b).indexOf(text);
  if (text === undefined || other < 0) return null;
  const beside = partners(alignTokens(a.result.tokens, b.result.tokens, align), a.result.tokens.length)[position];
  const curves: Curve[] = [
    { name: "A", values: probabilities(a, places.rowIndices, position, 0), colour: "var(--a)" },
    { name: "B", values: probabilities(b, places.rowIndices, beside ?? -1, other), colour: "var(--b)", dashed: true },
  ];
  return { token: tokenText({ text }, 12), curves };
}

export interface Write {
  layer: number;
  attn: number;
  mlp: number;
}

/** How long what attention and MLP add at a position is, layer by layer. */
export function writesAt(document: ResultDocument | null, position: number): Write[] {
  const norms = document && find(document, "norms");
  if (!document || norms?.dims.join() !== "series,layer,position") return [];
  const series = document.result.coords.series ?? [];
  const column = entryOf(indices(document, "position", norms.shape[2]), position) ?? -1;
  const [attn, mlp] = ["attn_out", "mlp_out"].map((name) => series.indexOf(name));
  return indices(document, "layer", norms.shape[1]).map((layer, entry) => ({
    layer,
    attn: at(norms, attn, entry, column),
    mlp: at(norms, mlp, entry, column),
  }));
}

/** The divergence of two runs in every row of the grid, in nats; empty for a document that does not say. */
export function divergences(document: ResultDocument | null, rowIndices: readonly number[]): number[] {
  const values = document && find(document, "difference");
  const entry = (document?.result.coords.series ?? []).indexOf("KL");
  if (!document || values?.dims.join() !== "series,row" || entry < 0) return [];
  const rows = indices(document, "row", values.shape[1]);
  return rowIndices.map((index) => at(values, entry, entryOf(rows, index) ?? -1));
}
