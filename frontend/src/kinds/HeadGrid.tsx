import { useCallback, useMemo, useRef, useEffect } from "react";
import { bars, type Bar } from "../charts/bars";
import { headGrid, type HeadGridOptions } from "../charts/headGrid";
import type { Mark } from "../charts/layout";
import type { GridData } from "../charts/paint";
import { isDiverging } from "../charts/colour";
import { t } from "../ui/i18n";
import { forScale, signed } from "../ui/numbers";
import { CanvasGrid } from "./parts/CanvasGrid";
import { barColour } from "./parts/colour";
import { KindFrame } from "./parts/KindFrame";
import { RankedHeads, type RankedHead } from "./parts/RankedHeads";
import { beyondNotes, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { array, at, chosen, countLine, entryOf, find, indices, labels, texts, unitOf } from "./result";
import type { Cell, KindProps, NdArray, Quantity, ResultDocument, TableTwin } from "./types";

const LISTED = 6;

/** As short as a narrow cell: `+1.4`, `.67`. */
const brief = (x: number, sign: boolean) => (sign ? signed(x, 1) : x.toFixed(2).replace(/^0\./, "."));

/** One number per head: layers upward, heads across, and the largest of them listed beside. */
export default function HeadGrid(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure props={props} quantity={quantity} />;
}

/** Heads by size of their value, largest first. */
function ranked(document: ResultDocument, quantity: Quantity, values: NdArray): RankedHead[] {
  const [layers, heads] = values.shape;
  const layerIndices = indices(document, "layer", layers);
  const headIndices = indices(document, "head", heads);
  const roles = texts(document, "role");
  const list = Array.from(values.data, (value, flat) => ({
    layer: layerIndices[Math.floor(flat / heads)],
    head: headIndices[flat % heads],
    value,
    role: roles?.data[flat] ?? "",
  }));
  const size = isDiverging(quantity.scale) ? Math.abs : (x: number) => x;
  return list.filter(({ value }) => !Number.isNaN(value)).sort((one, two) => size(two.value) - size(one.value));
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact } = props;
  const made = useMemo(() => {
    const values = array(document, quantity.name);
    const [layers, heads] = values.shape;
    const { steps, limits, clipped, beyond } = stepped(quantity, values.data);
    const data: GridData = {
      rows: layers,
      columns: heads,
      scale: quantity.scale,
      steps,
      clipped,
      rowLabels: labels(document, "layer", layers),
      columnIndices: labels(document, "head", heads),
      value: (row, column) => brief(at(values, row, column), isDiverging(quantity.scale)),
    };
    return {
      data,
      limits,
      beyond,
      values,
      layerIndices: indices(document, "layer", layers),
      headIndices: indices(document, "head", heads),
      list: ranked(document, quantity, values),
    };
  }, [document, quantity]);
  const { layerIndices, headIndices, values, list } = made;
  const create = useCallback(
    (element: HTMLElement, data: GridData, handlers: HeadGridOptions) => headGrid(element, data, handlers),
    [],
  );
  const value = (row: number, column: number) => forScale(quantity.scale, at(values, row, column)) + unitOf(quantity);
  const name = (row: number, column: number) => `${layerIndices[row]}.${headIndices[column]}`;
  const toMark = (cell: Cell): Mark | null => {
    const row = entryOf(layerIndices, cell.layer ?? cell.row);
    return row == null ? null : { row, column: cell.layer == null ? null : entryOf(headIndices, cell.head) };
  };
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={made.limits}
      notes={[
        countLine(document, values.dims, values.shape),
        !compact && list.length > LISTED && t("kinds.heads.listed", { shown: LISTED, total: list.length }),
        ...beyondNotes(made.beyond),
      ]}
    >
      <div className="head-grid">
        <CanvasGrid
          label={describe(document)}
          create={create}
          data={made.data}
          rows={values.shape[0]}
          columns={values.shape[1]}
          selection={selection}
          toCell={({ row, column }) => ({
            ...(row == null ? {} : { layer: layerIndices[row] }),
            ...(column == null ? {} : { head: headIndices[column] }),
          })}
          toMark={toMark}
          text={(row, column) =>
            t("kinds.heads.cell", { head: name(row, column), quantity: quantity.label, value: value(row, column) })
          }
          tip={({ row, column }) =>
            row == null || column == null
              ? null
              : [t("kinds.heads.head", { head: name(row, column) }), `${quantity.label} ${value(row, column)}`]
          }
        />
        {!compact && <RankedHeads heads={list.slice(0, LISTED)} quantity={quantity} selection={selection} />}
      </div>
      {!compact && <Components document={document} quantity={quantity} />}
    </KindFrame>
  );
}

const MOST_COMPONENTS = 8;

/** Where a result also splits its total into components (attention, MLPs, embedding): the largest, as bars. */
function Components({ document, quantity }: { document: ResultDocument; quantity: Quantity }) {
  const host = useRef<HTMLDivElement>(null);
  const parts = useMemo(() => {
    const entry = Object.entries(document.result.dims).find(([, dims]) => dims.join() === "component");
    const values = entry && find(document, entry[0]);
    if (!values) return null;
    const names = labels(document, "component", values.data.length);
    return Array.from(values.data, (value, id): Bar => ({
      id,
      name: names[id],
      value,
      text: forScale(quantity.scale, value),
      colour: barColour(quantity.scale, value),
    }))
      .filter(({ value }) => !Number.isNaN(value))
      .sort((one, two) => Math.abs(two.value) - Math.abs(one.value));
  }, [document, quantity]);
  const shown = useMemo(() => parts?.slice(0, MOST_COMPONENTS) ?? [], [parts]);
  useEffect(() => {
    if (!host.current || shown.length === 0) return undefined;
    const chart = bars(host.current, shown);
    return () => chart.destroy();
  }, [shown]);
  if (!parts || parts.length === 0) return null;
  return (
    <figure className="components">
      <figcaption>{t("kinds.components", { shown: shown.length, total: parts.length })}</figcaption>
      <div ref={host} />
    </figure>
  );
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  const top = quantity && ranked(document, quantity, array(document, quantity.name))[0];
  if (!top) return t("kinds.nothing");
  return t("kinds.heads.describe", {
    head: `${top.layer}.${top.head}`,
    quantity: quantity.label,
    value: forScale(quantity.scale, top.value),
  });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  return quantity ? tableOf(document, array(document, quantity.name)) : { columns: [], rows: [] };
}
