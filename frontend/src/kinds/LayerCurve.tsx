import { useMemo, useState } from "react";
import { isDiverging } from "../charts/colour";
import { locale, t } from "../ui/i18n";
import { decimal, forScale, signed } from "../ui/numbers";
import { Segmented } from "../ui/Segmented";
import { cellOf, columnOf, curveOf, firstSeries, MOST_SERIES, picked, type Curve, type Series } from "./parts/curve";
import { isFlattened, spansDecades } from "./parts/curveFigure";
import { CurvePlot } from "./parts/CurvePlot";
import { GridKeys } from "./parts/GridKeys";
import { KindFrame, NoteButton } from "./parts/KindFrame";
import "./parts/layerCurve.css";
import { BESIDE, clickPart } from "./parts/pins";
import { capital } from "./parts/quantity";
import { SeriesPicker } from "./parts/SeriesPicker";
import { tableOf } from "./parts/table";
import { array, beyond, chosen, countLine } from "./result";
import { setPart, togglePart, usePin } from "./selection";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";

/** Series over depth, with their bands; labels stand at the ends of lines. */
export default function LayerCurve(props: KindProps) {
  const { document, selection } = props;
  const quantity = chosen(document, props.quantity);
  const pin = usePin(selection);
  const position = pin?.position ?? null;
  const curve = useMemo(
    () => quantity && curveOf(document, quantity, position == null ? null : { position }),
    [document, quantity, position],
  );
  if (!quantity || !curve)
    return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure props={props} quantity={quantity} curve={curve} />;
}

/** The series of each unit, which are drawn apart. */
const byUnit = ({ units, series }: Curve) => units.map((unit) => series.filter((one) => one.unit === unit));

/** How many values an axis of fixed limits does not show. */
const countBeyond = ({ series }: Curve, limits: readonly [number, number]): number =>
  series.flatMap(({ values }) => values).filter((value) => beyond(value, limits) !== 0).length;

/** A value in the format of its unit, which may be another than the quantity's. */
function valueText(quantity: Quantity, { unit, values }: Series, column: number): string {
  const value = values[column];
  const number = isDiverging(quantity.scale)
    ? signed(value)
    : unit === "" || unit === quantity.unit
      ? forScale(quantity.scale, value)
      : decimal(value);
  return unit ? `${number} ${unit}` : number;
}

const hasValues = ({ values }: Series) => values.some(Number.isFinite);

/** "layer 4", or whatever else runs across. */
const placeText = ({ dim, labels }: Curve, column: number) =>
  `${dim === "row" || dim === "layer" ? t("kinds.curve.layer") : dim} ${labels[column]}`;

function Figure({ props, quantity, curve: whole }: { props: KindProps; quantity: Quantity; curve: Curve }) {
  const { document, selection, compact, limits: shared } = props;
  const [chosenAxis, setAxis] = useState<"linear" | "log" | null>(null);
  const [wanted, setWanted] = useState<ReadonlySet<number> | null>(null);
  const [zoom, setZoom] = useState<[number, number] | null>(null);
  const [focus, setFocus] = useState<number | null>(null);
  const shown = wanted ?? firstSeries(whole);
  const curve = useMemo(() => picked(whole, shown), [whole, shown]);
  const limits = shared?.[quantity.name] ?? quantity.limits;
  const panels = byUnit(curve).filter((series) => !limits && spansDecades(series));
  const decades = panels.length > 0;
  const axis = chosenAxis ?? (panels.some(isFlattened) ? "log" : "linear");
  const pinned = columnOf(curve, usePin(selection));
  const data = useMemo(
    () => ({ curve, limits, log: decades && axis === "log", zoom }),
    [curve, limits, decades, axis, zoom],
  );
  const last = curve.labels.length - 1;
  const hidden = curve.units.length > 1 || !limits ? 0 : countBeyond(curve, limits);
  const enlarge = (columns: [number, number] | null) =>
    setZoom(columns && columns[1] - columns[0] < last ? columns : null);
  const { reduced } = curve;
  const controls = !compact && (whole.series.length > MOST_SERIES || decades) && (
    <>
      {whole.series.length > MOST_SERIES && <SeriesPicker series={whole.series} wanted={shown} onChange={setWanted} />}
      {decades && (
        <Segmented
          size="s"
          label={t("kinds.curve.axis")}
          value={axis}
          onChange={setAxis}
          options={[
            { value: "linear", label: t("kinds.curve.linear") },
            { value: "log", label: t("kinds.curve.log") },
          ]}
        />
      )}
    </>
  );
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      controls={controls}
      notes={[
        whole.series.length > 1 &&
          t("kinds.count.series", { shown: curve.series.filter(hasValues).length, total: whole.series.length }),
        zoom
          ? t("kinds.curve.zoomed", { from: curve.labels[zoom[0]], to: curve.labels[zoom[1]], total: last + 1 })
          : countLine(document, [curve.dim], [last + 1]),
        zoom && <NoteButton onClick={() => setZoom(null)}>{t("kinds.showAll")}</NoteButton>,
        quantity.label,
        reduced &&
          ("mean" in reduced
            ? t("kinds.curve.mean", { count: reduced.mean })
            : t("kinds.curve.at", { position: reduced.position })),
        curve.series.some(({ low }) => low) && t("kinds.curve.band"),
        hidden > 0 && t("kinds.curve.beyond", { count: hidden }),
      ]}
    >
      <GridKeys
        label={describe(document)}
        rows={curve.series.length}
        columns={curve.labels.length}
        upward={false}
        pinned={pinned == null ? null : { row: null, column: pinned }}
        text={(series, column) =>
          t("kinds.curve.cell", {
            series: curve.series[series].name,
            place: placeText(curve, column),
            value: valueText(quantity, curve.series[series], column),
          })
        }
        onMove={({ column }) => setPart(selection, cellOf(curve, column))}
        onToggle={({ column }) => togglePart(selection, cellOf(curve, column))}
        onFurther={({ column }) => clickPart(selection, cellOf(curve, column), BESIDE)}
        onKey={(key) => {
          if (key === "0") setZoom(null);
          return key === "0" && zoom !== null;
        }}
        onRange={(from, to) => enlarge(from === to ? null : [Math.min(from, to), Math.max(from, to)])}
        onFocus={(spot) => setFocus(spot && spot.column)}
      >
        <CurvePlot
          data={data}
          selection={selection}
          focus={focus}
          onZoom={enlarge}
          tip={(column, distance) => {
            const order = curve.series.map((_, i) => i).sort((one, two) => distance(one) - distance(two));
            const nearest = order
              .slice(0, 2)
              .map((i) => `${curve.series[i].name}  ${valueText(quantity, curve.series[i], column)}`);
            return [placeText(curve, column), ...nearest];
          }}
        />
      </GridKeys>
    </KindFrame>
  );
}

/** The largest value of all series, with where it is. */
function peakOf(curve: Curve): { series: Series; column: number } | null {
  let peak: { series: Series; column: number } | null = null;
  for (const series of curve.series) {
    series.values.forEach((value, column) => {
      if (Number.isFinite(value) && !(peak && value <= peak.series.values[peak.column])) peak = { series, column };
    });
  }
  return peak;
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  const curve = quantity && curveOf(document, quantity, null);
  const peak = curve && peakOf(curve);
  if (!curve || !peak) return t("kinds.nothing");
  const { series, column } = peak;
  return t("kinds.curve.describe", {
    quantity: capital(quantity.label),
    series: curve.series.length,
    count: curve.labels.length,
    peak: series.name,
    place: placeText(curve, column),
    value: valueText(quantity, series, column),
  });
}

/** In a sentence; the table has all of them. */
const MOST_READ = 4;

/** What the series are at the pinned layer. */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  const curve = quantity && curveOf(document, quantity, pin);
  const column = curve && columnOf(curve, pin);
  if (!curve || column == null) return null;
  const known = curve.series.filter(({ values }) => !Number.isNaN(values[column]));
  if (known.length === 0) return null;
  const parts = known.slice(0, MOST_READ).map((series) => `${series.name} ${valueText(quantity, series, column)}`);
  return t("kinds.curve.read", {
    place: capital(placeText(curve, column)),
    values: new Intl.ListFormat(locale, { type: "unit" }).format(parts),
    more: known.length - parts.length,
  });
}

/** One row per series and layer, the series by the names that the figure uses. */
export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  if (!quantity) return { columns: [], rows: [] };
  const values = array(document, quantity.name);
  const twin = tableOf(document, values);
  const column = twin.columns.findIndex(({ name }) => name === "series");
  const curve = curveOf(document, quantity, null);
  if (column < 0 || !curve) return twin;
  const names = new Map((document.result.coords.series ?? []).map((name, i) => [name, curve.series[i]?.name ?? name]));
  const rows = twin.rows.map((row) => row.map((cell, i) => (i === column ? (names.get(String(cell)) ?? cell) : cell)));
  return { ...twin, rows };
}
