import { useCallback, useMemo, useState } from "react";
import { isDiverging, stepCount } from "../charts/colour";
import type { Mark } from "../charts/layout";
import type { GridData, Label } from "../charts/paint";
import { rowHeight, tokenGrid, type TokenGridOptions } from "../charts/tokenGrid";
import { t } from "../ui/i18n";
import { forScale, probability } from "../ui/numbers";
import { Segmented } from "../ui/Segmented";
import { tokenLabel, tokenText } from "../ui/tokenText";
import { CanvasGrid } from "./parts/CanvasGrid";
import { KindFrame } from "./parts/KindFrame";
import { capital } from "./parts/quantity";
import { beyondNotes, neutralise, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { TargetMargin } from "./parts/TargetMargin";
import {
  array,
  at,
  chosen,
  countLine,
  entryOf,
  find,
  indices,
  labels,
  positionTokens,
  texts,
  unitOf,
  vocabularyToken,
} from "./result";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin, Token } from "./types";

interface Guess {
  token: Token | { text: string };
  probability: number;
}

/** What the cells say: the tokens ranked in each, when the result has them. */
function guesses(document: ResultDocument): ((row: number, column: number, rank: number) => Guess | null) | null {
  const ids = find(document, "topk_ids");
  const names = texts(document, "topk_text");
  const shares = find(document, "topk_prob");
  const shape = ids?.shape ?? names?.shape;
  if (!shape || shape.length !== 3) return null;
  return (row, column, rank) => {
    if (rank >= shape[2]) return null;
    const flat = (row * shape[1] + column) * shape[2] + rank;
    const text = names?.data[flat];
    const known = ids && vocabularyToken(document, ids.data[flat]);
    if (!known && text === undefined) return null;
    return { token: known ?? { text: text ?? "" }, probability: shares ? at(shares, row, column, rank) : Number.NaN };
  };
}

interface Model {
  data: GridData;
  limits: [number, number];
  rows: number;
  columns: number;
  positions: number[];
  rowIndices: number[];
  notes: string[];
  text: (row: number, column: number) => string;
  tip: (mark: Mark) => string[];
  rowDim: "row" | "layer";
}

/** Everything the figure needs, worked out once per document and quantity. */
function model(document: ResultDocument, quantity: Quantity): Model {
  const values = array(document, quantity.name);
  const [rows, columns] = values.shape;
  const rowDim = values.dims[0] === "layer" ? "layer" : "row";
  const scaled = stepped(quantity, values.data);
  const { steps, limits, clipped, beyond } = scaled;
  const signedScale = isDiverging(quantity.scale);
  const [low, high] = ["control_low", "control_high"].map((name) => find(document, name)?.data);
  const banded = signedScale && low?.length === values.data.length && high?.length === values.data.length;
  const neutral = banded ? neutralise(scaled, values.data, low, high) : 0;
  const middle = (stepCount(quantity.scale) - 1) / 2;
  const rowLabels = labels(document, rowDim, rows);
  const positions = indices(document, "position", columns);
  const rowIndices = indices(document, rowDim, rows);
  const tokens = positionTokens(document, columns);
  const columnLabels = tokens.map((token) => tokenLabel(token, 24));
  const guess = guesses(document);
  const value = (row: number, column: number) => forScale(quantity.scale, at(values, row, column));
  const known = new Map<number, Label | null>();
  const label = (row: number, column: number): Label | null => {
    const key = row * columns + column;
    // Next to nothing is left blank, so that effects stand out.
    if (!guess && signedScale && Math.abs(steps[key] - middle) < 2) return null;
    if (!guess) return { text: value(row, column), lead: 0 };
    let found = known.get(key);
    if (found === undefined) {
      const top = guess(row, column, 0);
      known.set(key, (found = top && tokenLabel(top.token, 24)));
    }
    return found;
  };
  const place = (row: number | null, column: number) =>
    t("kinds.grid.place", {
      row: row == null ? "none" : rowLabels[row],
      position: positions[column],
      token: columnLabels[column].text,
    });
  const top = (row: number, column: number, ranks: number) =>
    [...Array(ranks).keys()].flatMap((rank) => {
      const found = guess?.(row, column, rank);
      return found ? [`${tokenText(found.token, 20)} ${probability(found.probability)}`] : [];
    });
  return {
    data: {
      rows,
      columns,
      scale: quantity.scale,
      steps,
      label,
      value,
      rowLabels,
      columnLabels,
      columnIndices: positions.map(String),
      clipped,
    },
    limits,
    rows,
    columns,
    positions,
    rowIndices,
    rowDim,
    notes: [
      countLine(document, values.dims, values.shape),
      ...(guess ? [t("kinds.grid.top", { total: find(document, "topk_ids")?.shape[2] ?? 1 })] : []),
      ...(neutral > 0 ? [t("kinds.grid.neutral", { count: neutral })] : []),
      ...beyondNotes(beyond),
    ],
    text: (row, column) =>
      t("kinds.grid.cell", {
        row: rowLabels[row],
        position: positions[column],
        token: guess?.(row, column, 0) ? tokenText((guess(row, column, 0) as Guess).token) : columnLabels[column].text,
        quantity: quantity.label,
        value: value(row, column) + unitOf(quantity),
      }),
    tip: ({ row, column }) => {
      if (column == null) return [];
      if (row == null) return [place(null, column)];
      return [
        place(row, column),
        top(row, column, 3).join("  "),
        `${quantity.label} ${value(row, column)}${unitOf(quantity)}`,
      ].filter(Boolean);
    },
  };
}

/** From this many columns on, all of them can be asked into the frame at once. */
const coarse = () => globalThis.matchMedia?.("(pointer: coarse)").matches ?? false;

/** One value per layer row and token position, read upward: the token of every cell on the colour of its value. */
export default function TokenGrid(props: KindProps) {
  const { document, selection, compact = false } = props;
  const quantity = chosen(document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure key={document.key} props={props} quantity={quantity} selection={selection} compact={compact} />;
}

interface FigureProps {
  props: KindProps;
  quantity: Quantity;
  selection: KindProps["selection"];
  compact: boolean;
}

function Figure({ props, quantity, selection, compact }: FigureProps) {
  const { document } = props;
  const [view, setView] = useState<{ first: number; last: number; overflow: boolean } | null>(null);
  const [zoom, setZoom] = useState<"text" | "fit">("text");
  const touch = coarse();
  const made = useMemo(() => model(document, quantity), [document, quantity]);
  const { positions, rowIndices, rowDim, columns, rows } = made;
  const create = useCallback(
    (element: HTMLElement, data: GridData, handlers: Omit<TokenGridOptions, "fit" | "touch">) =>
      tokenGrid(element, data, { ...handlers, fit: zoom === "fit", touch }),
    [zoom, touch],
  );
  const toMark = (cell: Cell): Mark | null => {
    const across = entryOf(positions, cell.position ?? cell.query);
    const up = entryOf(rowIndices, rowDim === "row" ? cell.row : (cell.layer ?? cell.row));
    return across == null && up == null ? null : { row: up, column: across };
  };
  const onView = useCallback(
    (first: number, last: number, overflow: boolean) =>
      setView((old) =>
        old?.first === first && old.last === last && old.overflow === overflow ? old : { first, last, overflow },
      ),
    [],
  );
  const scrolls = view?.overflow ?? false;
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={made.limits}
      controls={
        (scrolls || zoom === "fit") &&
        !compact && (
          <Segmented
            size="s"
            label={t("kinds.zoom")}
            value={zoom}
            onChange={setZoom}
            options={[
              { value: "text", label: t("kinds.zoom.text") },
              { value: "fit", label: t("kinds.zoom.fit") },
            ]}
          />
        )
      }
      notes={[
        scrolls &&
          view &&
          t("kinds.grid.window", { first: positions[view.first], last: positions[view.last], total: columns }),
        ...made.notes,
      ]}
    >
      <div className="token-grid">
        <CanvasGrid
          label={describe(document)}
          create={create}
          data={made.data}
          rows={rows}
          columns={columns}
          selection={selection}
          toCell={({ row, column }) => ({
            ...(row == null ? {} : { [rowDim]: rowIndices[row] }),
            ...(column == null ? {} : { position: positions[column] }),
          })}
          toMark={toMark}
          text={made.text}
          tip={made.tip}
          range={{ position: (column) => positions[column], column: (position) => entryOf(positions, position) }}
          onView={onView}
        />
        {!compact && (
          <TargetMargin
            document={document}
            selection={selection}
            positions={positions}
            rowIndices={rowIndices}
            rowHeight={rowHeight(rows, touch)}
          />
        )}
      </div>
    </KindFrame>
  );
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const [rows, columns] = array(document, quantity.name).shape;
  return t("kinds.grid.describe", { quantity: capital(quantity.label), rows, columns });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  if (!quantity) return { columns: [], rows: [] };
  const values = array(document, quantity.name);
  const guess = guesses(document);
  const [, columns] = values.shape;
  const top = guess && {
    name: "top",
    label: t("kinds.grid.topToken"),
    data: Array.from({ length: values.data.length }, (_, flat) => {
      const found = guess(Math.floor(flat / columns), flat % columns, 0);
      return found ? tokenText(found.token) : "";
    }),
  };
  return tableOf(document, values, top ? [top] : []);
}
