import { useMemo, useState } from "react";
import { t } from "../ui/i18n";
import { decimal, forScale } from "../ui/numbers";
import { Segmented } from "../ui/Segmented";
import { cellOf, columnOf, curveOf, type Curve } from "./parts/curve";
import { CurvePlot } from "./parts/CurvePlot";
import { GridKeys } from "./parts/GridKeys";
import { KindFrame } from "./parts/KindFrame";
import { capital } from "./parts/quantity";
import { tableOf } from "./parts/table";
import { array, chosen, countLine } from "./result";
import { setPart, togglePart, usePin } from "./selection";
import type { KindProps, Quantity, ResultDocument, TableTwin } from "./types";

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

/** Small numbers that a linear axis would flatten onto its ground. */
const spansDecades = (curve: Curve, { limits }: Quantity) => {
  if (limits) return false;
  const values = curve.series.flatMap((series) => series.values).filter(Number.isFinite);
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) / least > 40;
};

function Figure({ props, quantity, curve }: { props: KindProps; quantity: Quantity; curve: Curve }) {
  const { document, selection, compact } = props;
  const [log, setLog] = useState<"linear" | "log">("linear");
  const decades = useMemo(() => spansDecades(curve, quantity), [curve, quantity]);
  const pin = usePin(selection);
  const pinned = columnOf(curve, pin);
  const [focus, setFocus] = useState<number | null>(null);
  const data = useMemo(
    () => ({ curve, limits: quantity.limits, log: decades && log === "log" }),
    [curve, quantity, decades, log],
  );
  const value = (series: number, column: number) => {
    const { unit, values } = curve.series[series];
    return `${unit === "" ? forScale(quantity.scale, values[column]) : decimal(values[column])}${unit ? ` ${unit}` : ""}`;
  };
  const place = curve.dim === "row" || curve.dim === "layer" ? t("kinds.curve.layer") : curve.dim;
  const { reduced } = curve;
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      controls={
        decades &&
        !compact && (
          <Segmented
            size="s"
            label={t("kinds.curve.axis")}
            value={log}
            onChange={setLog}
            options={[
              { value: "linear", label: t("kinds.curve.linear") },
              { value: "log", label: t("kinds.curve.log") },
            ]}
          />
        )
      }
      notes={[
        countLine(document, ["series", curve.dim], [curve.series.length, curve.labels.length]),
        [quantity.label, curve.units.length === 1 && curve.units[0]].filter(Boolean).join(", "),
        reduced &&
          ("mean" in reduced
            ? t("kinds.curve.mean", { count: reduced.mean })
            : t("kinds.curve.at", { position: reduced.position })),
        curve.series.some(({ low }) => low) && t("kinds.curve.band"),
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
            place: `${place} ${curve.labels[column]}`,
            value: value(series, column),
          })
        }
        onMove={({ column }) => setPart(selection, cellOf(curve, column))}
        onToggle={({ column }) => togglePart(selection, cellOf(curve, column))}
        onFocus={(spot) => setFocus(spot && spot.column)}
      >
        <CurvePlot
          data={data}
          selection={selection}
          focus={focus}
          tip={(column, distance) => {
            const order = curve.series.map((_, i) => i).sort((one, two) => distance(one) - distance(two));
            const shown = order.slice(0, 2).map((i) => `${curve.series[i].name}  ${value(i, column)}`);
            return [`${place} ${curve.labels[column]}`, ...shown];
          }}
        />
      </GridKeys>
    </KindFrame>
  );
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  const curve = quantity && curveOf(document, quantity, null);
  if (!curve) return t("kinds.nothing");
  return t("kinds.curve.describe", {
    quantity: capital(quantity.label),
    series: curve.series.length,
    count: curve.labels.length,
  });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  return quantity ? tableOf(document, array(document, quantity.name)) : { columns: [], rows: [] };
}
