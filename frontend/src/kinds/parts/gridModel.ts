/** What grids over layers and positions share: where their cells are, and what they are called. */
import type { Mark } from "../../charts/layout";
import type { GridData, Label } from "../../charts/paint";
import { t } from "../../ui/i18n";
import { tokenLabel } from "../../ui/tokenText";
import { entryOf, indices, labels, otherTokens, positionTokens } from "../result";
import type { Cell, NdArray, ResultDocument, Token } from "../types";

/** Everything a figure needs, worked out once per document and quantity. */
export interface GridModel {
  data: GridData;
  limits: [number, number];
  places: Places;
  notes: string[];
  text: (row: number, column: number) => string;
  tip: (mark: Mark) => string[];
}

export interface Places {
  rows: number;
  columns: number;
  /** Which rows or layers, and which positions, the cells stand for. */
  rowIndices: number[];
  positions: number[];
  rowLabels: string[];
  tokens: Token[];
  /** What B has in these positions, where it differs. */
  others: (Token | null)[];
  toCell: (mark: Mark) => Cell;
  toMark: (cell: Cell) => Mark | null;
  /** "layer 5 · position 14  ·to" */
  name: (row: number | null, column: number) => string;
}

/** Longer tokens are cut before they reach the canvas, which cuts them to the cell. */
export const LONGEST = 40;

export function placesOf(document: ResultDocument, { dims, shape: [rows, columns] }: NdArray): Places {
  const dim = dims[0] === "layer" ? "layer" : "row";
  const rowIndices = indices(document, dim, rows);
  const positions = indices(document, "position", columns);
  const rowLabels = labels(document, dim, rows);
  const tokens = positionTokens(document, columns);
  return {
    rows,
    columns,
    rowIndices,
    positions,
    rowLabels,
    tokens,
    others: otherTokens(document, columns),
    toCell: ({ row, column }) => ({
      ...(row == null ? {} : { [dim]: rowIndices[row] }),
      ...(column == null ? {} : { position: positions[column] }),
    }),
    toMark(cell) {
      const column = entryOf(positions, cell.position ?? cell.query);
      const row = entryOf(rowIndices, dim === "row" ? cell.row : (cell.layer ?? cell.row));
      return column == null && row == null ? null : { row, column };
    },
    name: (row, column) =>
      t("kinds.grid.place", {
        row: row == null ? "none" : rowLabels[row],
        position: positions[column],
        token: tokenLabel(tokens[column], LONGEST).text,
      }),
  };
}

/** Names of rows and columns as a chart wants them. */
export function axesOf({ rowLabels, tokens, others, positions }: Places) {
  const label = (token: Token): Label => tokenLabel(token, LONGEST);
  return {
    rowLabels,
    columnLabels: tokens.map(label),
    columnsBelow: others.some(Boolean) ? others.map((token) => token && label(token)) : undefined,
    columnIndices: positions.map(String),
  };
}

/** Labels are asked for again with every drawing, and made once. */
export function remembered(columns: number, make: (row: number, column: number) => Label | null) {
  const known = new Map<number, Label | null>();
  return (row: number, column: number): Label | null => {
    const key = row * columns + column;
    let label = known.get(key);
    if (label === undefined) known.set(key, (label = make(row, column)));
    return label;
  };
}

/** The pinned cell of a grid; null unless both its row and its position are pinned and drawn. */
export function pinnedIn(places: Places, pin: Cell): { row: number; column: number } | null {
  const mark = places.toMark(pin);
  return mark?.row == null || mark.column == null ? null : { row: mark.row, column: mark.column };
}
