/**
 * A matrix of likenesses, origin bottom left. Arrays:
 *
 * - quantities over two dimensions of any names, such as [layer, other]: the metrics; the first runs upward. `coords` name
 *   their entries; where both have the same names, rows and columns are the same things
 * - `<quantity>_control` with the same dimensions: the likeness under the control, such as shuffled pairs
 * - `best_start` over the first dimension: the column that is outlined in each row
 * - `facts.prompts`: from how many prompts
 */
import "./messages";
import { useCallback, useMemo, useState } from "react";
import { UNDEFINED } from "../charts/colour";
import { grid, type GridOptions } from "../charts/grid";
import type { Marks } from "../charts/marks";
import { ABSENT, type GridData } from "../charts/paint";
import { t } from "../ui/i18n";
import { count, forScale } from "../ui/numbers";
import { Select } from "../ui/Select";
import { CanvasGrid } from "./parts/CanvasGrid";
import { MOST_CLUSTERED } from "./parts/cluster";
import { KindFrame } from "./parts/KindFrame";
import { createPairStore } from "./parts/pairStore";
import { bestMatch, closestPair, likenessOf, ordersOf, type Likeness } from "./parts/similarity";
import { dimName } from "./parts/quantity";
import { beyondNotes, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { at, chosen, entryOf, limitsIn, unitOf } from "./result";
import { usePin } from "./selection";
import Table from "./Table";
import type { Cell, KindProps, Quantity, ResultDocument, SelectionStore, TableTwin } from "./types";
import "./parts/similarity.css";

type Order = "given" | "cluster";
type Handlers = Pick<GridOptions, "onHover" | "onPin" | "onView" | "tip">;

const SIDE = { full: 288, compact: 160, named: 246 };
const CELL = { least: 2, most: 34, wide: 96 };
/** Beside the cells: names of rows, by their characters. */
const NAMES = { least: 40, most: 120, character: 7, space: 16 };
const GAP_FROM = 6;
/** Cells whose numbers are printed into them, if they fit. */
const MOST_SAID = 100;
/** Pixels that a cell's number leaves free. */
const AROUND = 6;

const widest = (texts: readonly string[]) => NAMES.character * Math.max(0, ...texts.map((text) => text.length));

export default function Similarity(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  const likeness = useMemo(() => quantity && likenessOf(props.document, quantity), [props.document, quantity]);
  if (!quantity || !likeness) return <Table {...props} />;
  return <Figure key={props.document.key} props={props} quantity={quantity} likeness={likeness} />;
}

interface FigureProps {
  props: KindProps;
  quantity: Quantity;
  likeness: Likeness;
}

function Figure({ props, quantity, likeness }: FigureProps) {
  const { document, selection, compact = false, limits: locked } = props;
  const { values, rows, columns } = likeness;
  const [order, setOrder] = useState<Order>("given");
  const store = useMemo(() => createPairStore(selection, ...likeness.axes), [selection, likeness]);
  const orders = useMemo(() => ordersOf(likeness, order === "cluster"), [likeness, order]);
  const [low, high] = limitsIn(locked, quantity, values.data);
  const side = Math.max(
    CELL.least,
    Math.min(CELL.most, Math.floor((compact ? SIDE.compact : SIDE.full) / rows.length)),
  );
  const drawn = useMemo(
    () => dataOf(likeness, quantity, orders, [low, high], side),
    [likeness, quantity, orders, low, high, side],
  );
  // Few columns are as wide as their names ask for.
  const named = Math.min(CELL.wide, widest(columns) + AROUND, Math.floor(SIDE.named / columns.length));
  const across = Math.max(side, named);
  const beside = Math.max(NAMES.least, Math.min(NAMES.most, widest(rows) + NAMES.space));
  const create = useCallback(
    (element: HTMLElement, data: GridData, handlers: Handlers) => crossed(element, data, handlers, side, across),
    [side, across],
  );
  const clusters = likeness.square && rows.length > 2 && rows.length <= MOST_CLUSTERED;
  const text = (row: number, column: number) => pairText(likeness, quantity, orders.rows[row], orders.columns[column]);
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={[low, high]}
      controls={
        !compact &&
        clusters && (
          <Select
            label={t("figures.similarity.order")}
            value={order}
            changed={order !== "given"}
            onChange={setOrder}
            options={[
              { value: "given", label: likeness.dims[0] },
              { value: "cluster", label: t("figures.similarity.cluster") },
            ]}
          />
        )
      }
      notes={[
        t("figures.similarity.pairs", { rows: rows.length, columns: columns.length }),
        t("figures.similarity.origin", { rows: dimName(likeness.dims[0]), columns: dimName(likeness.dims[1]) }),
        ...beyondNotes(drawn.beyond),
      ]}
    >
      <div className="similarity">
        <div
          style={{
            flexBasis: Math.min(240, columns.length * across + beside),
            maxWidth: columns.length * across + beside,
          }}
        >
          <CanvasGrid
            label={describe(document)}
            create={create}
            data={drawn.data}
            rows={rows.length}
            columns={columns.length}
            selection={store}
            toCell={({ row, column }) => ({
              ...(row == null ? {} : { query: orders.rows[row] }),
              ...(column == null ? {} : { key: orders.columns[column] }),
            })}
            toMark={(cell) => {
              const mark = { row: entryOf(orders.rows, cell.query), column: entryOf(orders.columns, cell.key) };
              return mark.row === null && mark.column === null ? null : mark;
            }}
            text={text}
            tip={({ row, column }) =>
              row == null || column == null ? null : tipOf(likeness, quantity, orders.rows[row], orders.columns[column])
            }
          />
        </div>
        <PairReadout document={document} quantity={quantity} likeness={likeness} store={store} />
      </div>
    </KindFrame>
  );
}

function dataOf(
  { values, best, rows, columns }: Likeness,
  quantity: Quantity,
  orders: ReturnType<typeof ordersOf>,
  limits: [number, number],
  side: number,
) {
  const ordered = new Float64Array(values.data.length);
  orders.rows.forEach((row, r) =>
    orders.columns.forEach((column, c) => (ordered[r * columns.length + c] = at(values, row, column))),
  );
  const { steps, clipped, beyond } = stepped(quantity, ordered, limits);
  // What does not exist is not drawn: in the palest colour it would look like the least value.
  steps.forEach((step, i) => {
    if (step === UNDEFINED) steps[i] = ABSENT;
  });
  const value = (row: number, column: number) => forScale(quantity.scale, ordered[row * columns.length + column]);
  const texts = columns.length * rows.length > MOST_SAID ? [] : Array.from(ordered, (x) => forScale(quantity.scale, x));
  const said = texts.length > 0 && widest(texts) <= side - AROUND / 2;
  const data: GridData = {
    rows: rows.length,
    columns: columns.length,
    scale: quantity.scale,
    steps,
    clipped,
    rowLabels: orders.rows.map((row) => rows[row]),
    columnIndices: orders.columns.map((column) => columns[column]),
    value,
    label: said ? (row, column) => ({ text: value(row, column), lead: 0 }) : undefined,
    outlined: best ? (row, column) => at(best, orders.rows[row]) === orders.columns[column] : undefined,
  };
  return { data, beyond };
}

/** Square cells, the first row lowest; a pinned pair is a cross through its row and its column. */
function crossed(element: HTMLElement, first: GridData, handlers: Handlers, side: number, across: number) {
  const sizes = { width: { least: side, most: across }, height: { least: side, most: side } };
  const chart = grid(element, first, { ...handlers, upward: true, zooms: true, gap: side >= GAP_FROM ? 1 : 0, sizes });
  return {
    ...chart,
    update: (data: GridData) => chart.update(data),
    highlight: (marks: Marks) =>
      chart.highlight({
        ...marks,
        pins: marks.pins?.flatMap((pin) =>
          pin.row === null || pin.column === null
            ? [pin]
            : [{ row: pin.row, column: null }, { row: null, column: pin.column }, pin],
        ),
      }),
  };
}

interface PairReadoutProps {
  document: ResultDocument;
  quantity: Quantity;
  likeness: Likeness;
  store: SelectionStore;
}

/** The pinned pair in numbers, and what its row is most like. */
function PairReadout({ document, quantity, likeness, store }: PairReadoutProps) {
  const { rows, columns, values, control } = likeness;
  const pair = usePin(store);
  const [row, column] = [pair?.query ?? null, pair?.key ?? null];
  const value = (nd: Likeness["values"], r: number, c: number) =>
    forScale(quantity.scale, at(nd, r, c)) + unitOf(quantity);
  const best = row === null ? null : bestMatch(likeness, row);
  const { prompts } = document.result.facts;
  return (
    <dl className="pairs similarity-pair">
      {row !== null && column !== null && (
        <>
          <dt className="bold">{t("figures.similarity.pair", { row: rows[row], column: columns[column] })}</dt>
          <dd className="bold">{value(values, row, column)}</dd>
          {control && (
            <>
              <dt>{t("figures.similarity.control")}</dt>
              <dd>{value(control, row, column)}</dd>
            </>
          )}
        </>
      )}
      {row !== null && best !== null && (
        <>
          <dt>{t("figures.similarity.best", { row: rows[row], column: columns[best] })}</dt>
          <dd>{value(values, row, best)}</dd>
        </>
      )}
      {row === null && <dt className="similarity-hint">{t("figures.similarity.hint")}</dt>}
      {typeof prompts === "number" && prompts > 1 && (
        <>
          <dt>{t("figures.similarity.prompts")}</dt>
          <dd>{count(prompts)}</dd>
        </>
      )}
    </dl>
  );
}

function pairText(likeness: Likeness, quantity: Quantity, row: number, column: number): string {
  const { rows, columns, values, control, dims } = likeness;
  return t("figures.similarity.cell", {
    rows: dimName(dims[0]),
    row: rows[row],
    columns: dimName(dims[1]),
    column: columns[column],
    quantity: quantity.label,
    value: forScale(quantity.scale, at(values, row, column)) + unitOf(quantity),
    controlled: control ? "yes" : "no",
    control: control ? forScale(quantity.scale, at(control, row, column)) : "",
  });
}

function tipOf(likeness: Likeness, quantity: Quantity, row: number, column: number): string[] {
  const { rows, columns, values, control, dims } = likeness;
  const number = (nd: Likeness["values"]) => forScale(quantity.scale, at(nd, row, column)) + unitOf(quantity);
  return [
    `${dimName(dims[0])} ${rows[row]}, ${dimName(dims[1])} ${columns[column]}`,
    `${quantity.label} ${number(values)}`,
    ...(control ? [`${t("figures.similarity.control")} ${number(control)}`] : []),
  ];
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  const likeness = quantity && likenessOf(document, quantity);
  const pair = likeness && closestPair(likeness);
  if (!quantity || !likeness || !pair) return t("kinds.nothing");
  return t("figures.similarity.describe", { pair: pairText(likeness, quantity, ...pair) });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  const likeness = quantity && likenessOf(document, quantity);
  return likeness ? tableOf(document, likeness.values) : { columns: [], rows: [] };
}

/** What the pinned layer, head or position is most like. */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  const likeness = quantity && likenessOf(document, quantity);
  if (!quantity || !likeness) return null;
  const [{ field, indices }] = likeness.axes;
  const row = field && entryOf(indices, pin[field]);
  const best = row == null ? null : bestMatch(likeness, row);
  if (row == null || best === null) return null;
  return t("figures.similarity.read", { pair: pairText(likeness, quantity, row, best) });
}
