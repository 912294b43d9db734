import { t } from "../../ui/i18n";
import { tokenText } from "../../ui/tokenText";
import { at, entryOf, find } from "../result";
import { usePin } from "../selection";
import type { ResultDocument, SelectionStore } from "../types";
import type { Places } from "./gridModel";
import type { ViewStore } from "./gridView";
import { MarginCurve, type MarginSeries } from "./MarginCurve";

const COLOURS = ["var(--target)", "var(--distract)"];
const CEILINGS = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1];

/** Probability of the first two targets in every row at one position. */
function curves(document: ResultDocument, column: number): MarginSeries[] {
  const logprob = find(document, "target_logprob");
  if (!logprob || logprob.dims.join() !== "row,position,target") return [];
  const [rows, , count] = logprob.shape;
  const names = document.result.coords?.target ?? [];
  return Array.from({ length: Math.min(2, count) }, (_, target) => ({
    name: tokenText({ text: names[target] ?? String(target) }, 12),
    values: Array.from({ length: rows }, (_row, row) => Math.exp(at(logprob, row, column, target))),
    colour: COLOURS[target],
    mono: true,
  }));
}

function ceiling(series: readonly MarginSeries[]): number {
  const most = Math.max(0.01, ...series.flatMap(({ values }) => values.filter(Number.isFinite)));
  return CEILINGS.find((limit) => limit >= most) ?? 1;
}

interface TargetMarginProps {
  document: ResultDocument;
  selection: SelectionStore;
  places: Places;
  view: ViewStore;
}

/** Beside the grid, aligned to its rows: how probable the targets are at the pinned position. */
export function TargetMargin({ document, selection, places, view }: TargetMarginProps) {
  const pin = usePin(selection);
  const { positions, rowIndices } = places;
  const column = entryOf(positions, pin?.position) ?? positions.length - 1;
  const series = curves(document, column);
  if (series.length === 0) return null;
  return (
    <MarginCurve
      view={view}
      caption={t("kinds.margin", { position: positions[column] })}
      limits={[0, ceiling(series)]}
      series={series}
      pinned={entryOf(rowIndices, pin?.row)}
    />
  );
}
