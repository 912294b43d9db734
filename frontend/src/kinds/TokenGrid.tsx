import { useMemo } from "react";
import { isDiverging, stepCount } from "../charts/colour";
import type { Label } from "../charts/paint";
import { t } from "../ui/i18n";
import { count, forScale, probability } from "../ui/numbers";
import { tokenLabel, tokenText } from "../ui/tokenText";
import { GridFigure } from "./parts/GridFigure";
import { axesOf, LONGEST, pinnedIn, placesOf, remembered, type GridModel, type Places } from "./parts/gridModel";
import { KindFrame } from "./parts/KindFrame";
import { capital } from "./parts/quantity";
import { beyondNotes, markPending, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { TargetMargin } from "./parts/TargetMargin";
import { array, at, chosen, countLine, find, limitsIn, texts, unitOf, vocabularyToken } from "./result";
import type { Cell, KindProps, NdArray, Quantity, ResultDocument, TableTwin, Token } from "./types";

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

/** What the cells of two runs say, in a difference of two results; B's only where it is another token. */
function bothSides(document: ResultDocument) {
  const [a, b] = [texts(document, "top_text_a"), texts(document, "top_text_b")];
  if (!a || !b || a.shape.length !== 2) return null;
  const of = (side: typeof a, row: number, column: number) => side.data[row * a.shape[1] + column] || null;
  const first = (row: number, column: number) => of(a, row, column);
  const second = (row: number, column: number) => of(b, row, column);
  return {
    first,
    second,
    below: (row: number, column: number) => (second(row, column) === first(row, column) ? null : second(row, column)),
  };
}

const labelOf = (text: string | null): Label | null => (text === null ? null : tokenLabel({ text }, LONGEST));

/** Counts, and what is either so or not, have no decimals. */
const isWhole = (values: NdArray["data"]) => values.every((value) => Number.isNaN(value) || Number.isInteger(value));

/** The cells of a grid of tokens: their steps, what they say, and what they are called. */
export function gridOf(document: ResultDocument, quantity: Quantity, shared: KindProps["limits"]): GridModel {
  const values = array(document, quantity.name);
  const places = placesOf(document, values);
  const scaled = stepped(quantity, values.data, limitsIn(shared, quantity, values.data));
  const pending = markPending(scaled, document);
  const guess = guesses(document);
  const sides = bothSides(document);
  const middle = (stepCount(quantity.scale) - 1) / 2;
  const whole = !isDiverging(quantity.scale) && isWhole(values.data);
  const value = (row: number, column: number) => {
    const number = at(values, row, column);
    return whole && !Number.isNaN(number) ? count(number) : forScale(quantity.scale, number);
  };
  const top = (row: number, column: number) => guess?.(row, column, 0) ?? null;

  function label(row: number, column: number): Label | null {
    if (sides) return labelOf(sides.first(row, column));
    if (guess) {
      const found = top(row, column);
      return found && tokenLabel(found.token, LONGEST);
    }
    // Next to nothing is left blank, so that effects stand out.
    const step = scaled.steps[row * places.columns + column];
    return isDiverging(quantity.scale) && Math.abs(step - middle) < 2 ? null : { text: value(row, column), lead: 0 };
  }

  function said(row: number, column: number): string {
    const found = top(row, column);
    return found ? tokenText(found.token) : tokenText(places.tokens[column]);
  }

  function ranked(row: number, column: number): string {
    if (sides) return sidesLine(sides, row, column);
    const found = [0, 1, 2].flatMap((rank) => guess?.(row, column, rank) ?? []);
    return found.map(({ token, probability: p }) => `${tokenText(token, 20)} ${probability(p)}`).join("  ");
  }

  return {
    data: {
      rows: places.rows,
      columns: places.columns,
      scale: quantity.scale,
      steps: scaled.steps,
      clipped: scaled.clipped,
      label: remembered(places.columns, label),
      below: sides ? remembered(places.columns, (row, column) => labelOf(sides.below(row, column))) : undefined,
      value,
      ...axesOf(places),
    },
    limits: scaled.limits,
    places,
    notes: [
      countLine(document, values.dims, values.shape),
      ...(pending > 0 ? [t("grid.pending", { done: values.data.length - pending, total: values.data.length })] : []),
      ...(guess ? [t("kinds.grid.top", { total: find(document, "topk_ids")?.shape[2] ?? 1 })] : []),
      ...beyondNotes(scaled.beyond),
    ],
    text: (row, column) =>
      t("kinds.grid.cell", {
        row: places.rowLabels[row],
        position: places.positions[column],
        token: said(row, column),
        quantity: quantity.label,
        value: value(row, column) + unitOf(quantity),
      }),
    tip: ({ row, column }) => {
      if (column == null) return [];
      if (row == null) return [places.name(null, column)];
      const line = `${quantity.label} ${value(row, column)}${unitOf(quantity)}`;
      return [places.name(row, column), ranked(row, column), line].filter(Boolean);
    },
  };
}

function sidesLine(sides: NonNullable<ReturnType<typeof bothSides>>, row: number, column: number): string {
  const name = (text: string | null) => (text === null ? "\u2013" : tokenText({ text }, 20));
  return t("grid.sides", { a: name(sides.first(row, column)), b: name(sides.second(row, column)) });
}

/** One value per layer row and token position, read upward: the token of every cell on the colour of its value. */
export default function TokenGrid(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure key={props.document.key} props={props} quantity={quantity} />;
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, limits } = props;
  const made = useMemo(() => gridOf(document, quantity, limits), [document, quantity, limits]);
  return (
    <GridFigure
      props={props}
      quantity={quantity}
      model={made}
      label={describe(document)}
      margin={(view) => <TargetMargin document={document} selection={selection} places={made.places} view={view} />}
    />
  );
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const [rows, columns] = array(document, quantity.name).shape;
  return t("kinds.grid.describe", { quantity: capital(quantity.label), rows, columns });
}

/** "Row 5 would say ·Mary here with probability 0.486, then ·John with 0.214; the output says ·Mary with 0.680." */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  if (!quantity) return null;
  const values = array(document, quantity.name);
  const places = placesOf(document, values);
  const spot = pinnedIn(places, pin);
  if (!spot) return null;
  const { row, column } = spot;
  const number = forScale(quantity.scale, at(values, row, column)) + unitOf(quantity);
  const place = {
    row: places.rowLabels[row],
    position: places.positions[column],
    token: tokenText(places.tokens[column], 20),
    quantity: quantity.label,
    value: number,
  };
  const sides = bothSides(document);
  if (sides) return t("grid.read.sides", { ...place, said: sidesLine(sides, row, column) });
  const guess = guesses(document);
  if (!guess?.(row, column, 0)) return t("grid.read.value", place);
  return t("grid.read.guess", {
    ...place,
    ...guessed(guess, places, row, column),
    probable: quantity.name === "probability" ? "yes" : "no",
  });
}

/** The first two tokens of a cell, and what the model itself says there. */
function guessed(
  guess: NonNullable<ReturnType<typeof guesses>>,
  { rows, rowLabels }: Places,
  row: number,
  column: number,
) {
  const told = (rank: number, from = row) => {
    const found = guess(from, column, rank);
    return { said: found ? tokenText(found.token, 20) : "", share: found ? probability(found.probability) : "" };
  };
  const [first, second, out] = [told(0), told(1), told(0, rows - 1)];
  const label = rowLabels[row];
  return {
    kind: label === "out" || label === "emb" ? label : "row",
    first: first.said,
    firstShare: first.share,
    second: second.said || "none",
    secondShare: second.share,
    out: rowLabels[rows - 1] === "out" && row < rows - 1 ? out.said : "none",
    outShare: out.share,
    same: first.said === out.said ? "yes" : "no",
  };
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
