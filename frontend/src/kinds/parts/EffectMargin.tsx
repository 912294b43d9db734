import { t } from "../../ui/i18n";
import { at, entryOf } from "../result";
import { usePin } from "../selection";
import type { NdArray, Quantity, SelectionStore } from "../types";
import type { Band } from "./control";
import type { Places } from "./gridModel";
import type { ViewStore } from "./gridView";
import { MarginCurve, type MarginSeries } from "./MarginCurve";
import { shortLabel } from "./quantity";

interface EffectMarginProps {
  values: NdArray;
  band: Band | null;
  quantity: Quantity;
  selection: SelectionStore;
  places: Places;
  view: ViewStore;
}

/** Columns by the size of their largest effect, strongest first. */
export function strongestColumns({ data, shape: [, columns] }: NdArray): number[] {
  const size = new Float64Array(columns);
  for (let flat = 0; flat < data.length; flat++) {
    const effect = Math.abs(data[flat]);
    if (effect > size[flat % columns]) size[flat % columns] = effect;
  }
  return [...size.keys()].filter((column) => size[column] > 0).sort((one, two) => size[two] - size[one]);
}

/** Beside the grid, aligned to its rows: the effect at the pinned position and where else it is strongest. */
export function EffectMargin({ values, band, quantity, selection, places, view }: EffectMarginProps) {
  const pin = usePin(selection);
  const { rows, positions, rowIndices } = places;
  const strongest = strongestColumns(values);
  const column = entryOf(positions, pin?.position) ?? strongest[0];
  if (column === undefined) return null;
  const along = (of: (row: number) => number) => Array.from({ length: rows }, (_, row) => of(row));
  const series = [column, ...strongest.filter((other) => other !== column).slice(0, 1)].map((at_, i): MarginSeries => ({
    name: t("grid.margin.at", { position: positions[at_] }),
    values: along((row) => at(values, row, at_)),
    colour: i === 0 ? "var(--target)" : "var(--ink-2)",
    dashed: i > 0,
  }));
  const finite = series.flatMap((line) => line.values.filter(Number.isFinite));
  const cell = (row: number) => row * places.columns + column;
  return (
    <MarginCurve
      view={view}
      caption={shortLabel(quantity)}
      limits={[roundDown(Math.min(0, ...finite)), Math.max(1, -roundDown(-Math.max(0, ...finite)))]}
      series={series}
      band={band ? { low: along((row) => band.low[cell(row)]), high: along((row) => band.high[cell(row)]) } : undefined}
      pinned={entryOf(rowIndices, pin?.layer ?? pin?.row)}
    />
  );
}

/** To the next half below, except for what exceeds it by next to nothing. */
const roundDown = (x: number) => Math.floor(2 * x + 0.1) / 2;
