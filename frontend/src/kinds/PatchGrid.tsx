import { useMemo } from "react";
import { isDiverging, UNDEFINED } from "../charts/colour";
import { t } from "../ui/i18n";
import { decimal, forScale, interval, MINUS, signed } from "../ui/numbers";
import { tokenText } from "../ui/tokenText";
import { controlBand, type Band } from "./parts/control";
import { EffectMargin } from "./parts/EffectMargin";
import { GridFigure } from "./parts/GridFigure";
import { axesOf, pinnedIn, placesOf, remembered, type GridModel } from "./parts/gridModel";
import { KindFrame } from "./parts/KindFrame";
import { beyondNotes, markPending, neutralise, stepped } from "./parts/steps";
import { array, at, chosen, countLine, find, limitsIn, unitOf } from "./result";
import type { Cell, KindProps, NdArray, Quantity, ResultDocument } from "./types";

export { describe, toTable } from "./TokenGrid";

/** As short as a narrow cell: `0.94`, `−0.31`. */
const brief = (x: number) => (Number.isNaN(x) ? "" : x.toFixed(2).replace("-", MINUS).replace(`${MINUS}0.00`, "0.00"));

interface PatchModel extends GridModel {
  values: NdArray;
  band: Band | null;
}

const isInside = (band: Band | null, x: number, flat: number) =>
  band !== null && x >= band.low[flat] && x <= band.high[flat];

function model(document: ResultDocument, quantity: Quantity, shared: KindProps["limits"]): PatchModel {
  const values = array(document, quantity.name);
  const places = placesOf(document, values);
  const scaled = stepped(quantity, values.data, limitsIn(shared, quantity, values.data));
  const pending = markPending(scaled, document);
  const band = isDiverging(quantity.scale) ? controlBand(document, values) : null;
  const neutral = band ? neutralise(scaled, values.data, band.low, band.high) : 0;
  const value = (row: number, column: number) => forScale(quantity.scale, at(values, row, column));
  const flatOf = (row: number, column: number) => row * places.columns + column;
  const control = (row: number, column: number) =>
    band && t("grid.control", { band: interval(band.low[flatOf(row, column)], band.high[flatOf(row, column)]) });
  const name = (row: number, column: number) => {
    const other = places.others[column];
    return other ? `${places.name(row, column)} / ${tokenText(other)}` : places.name(row, column);
  };
  return {
    values,
    band,
    data: {
      rows: places.rows,
      columns: places.columns,
      scale: quantity.scale,
      steps: scaled.steps,
      clipped: scaled.clipped,
      label: remembered(places.columns, (row, column) => {
        const flat = flatOf(row, column);
        const blank = scaled.steps[flat] === UNDEFINED || isInside(band, values.data[flat], flat);
        return blank ? null : { text: brief(values.data[flat]), lead: 0 };
      }),
      value: (row, column) => brief(at(values, row, column)),
      ...axesOf(places),
    },
    limits: scaled.limits,
    places,
    notes: [
      countLine(document, values.dims, values.shape),
      ...(pending > 0 ? [t("grid.pending", { done: values.data.length - pending, total: values.data.length })] : []),
      ...(neutral > 0 ? [t("kinds.grid.neutral", { count: neutral })] : []),
      ...beyondNotes(scaled.beyond),
    ],
    text: (row, column) =>
      t("kinds.grid.cell", {
        row: places.rowLabels[row],
        position: places.positions[column],
        token: tokenText(places.tokens[column]),
        quantity: quantity.label,
        value: value(row, column) + unitOf(quantity),
      }),
    tip: ({ row, column }) => {
      if (column == null) return [];
      if (row == null) return [places.name(null, column)];
      const line = `${quantity.label} ${value(row, column)}${unitOf(quantity)}`;
      return [name(row, column), line, control(row, column) ?? ""].filter(Boolean);
    },
  };
}

/** The effect of replacing each cell: layers upward, tokens across, what a random control explains left blank. */
export default function PatchGrid(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure key={props.document.key} props={props} quantity={quantity} />;
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, limits } = props;
  const made = useMemo(() => model(document, quantity, limits), [document, quantity, limits]);
  return (
    <GridFigure
      props={props}
      quantity={quantity}
      model={made}
      label={document.result.summary || t("grid.patch.label", { quantity: quantity.label })}
      margin={(view) => (
        <EffectMargin
          values={made.values}
          band={made.band}
          quantity={quantity}
          selection={selection}
          places={made.places}
          view={view}
        />
      )}
    />
  );
}

/** "Copying A into B at layer 10, position 14 (·to) recovers 0.94 (random control −0.04 … 0.05): logit difference −3.12 → +3.30." */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  if (!quantity) return null;
  const values = array(document, quantity.name);
  const places = placesOf(document, values);
  const spot = pinnedIn(places, pin);
  if (!spot) return null;
  const { row, column } = spot;
  const effect = at(values, row, column);
  if (Number.isNaN(effect)) return null;
  const flat = row * places.columns + column;
  const band = controlBand(document, values);
  const { facts } = document.result;
  const after = at(array(document, "raw"), row, column);
  const before = facts.direction === "noise" ? facts.m_clean : facts.m_corrupt;
  const measured = typeof before === "number" && find(document, "raw") && !Number.isNaN(after);
  const metric = String(facts.metric ?? "");
  const number = metric === "prob" ? decimal : signed;
  return t("grid.read.patch", {
    direction: String(facts.direction ?? "none"),
    row: places.rowLabels[row],
    position: places.positions[column],
    token: tokenText(places.tokens[column], 20),
    quantity: quantity.label,
    value: forScale(quantity.scale, effect) + unitOf(quantity),
    inside: isInside(band, effect, flat) ? "yes" : "no",
    band: band && !Number.isNaN(band.low[flat]) ? interval(band.low[flat], band.high[flat]) : "none",
    metric: measured ? metric : "none",
    before: measured ? number(before) : "",
    after: measured ? number(after) : "",
  });
}
