/** A matrix of likenesses in some order, and what a pair of its entries is. */
import { array, at, find, indices, labels } from "../result";
import type { NdArray, Quantity, ResultDocument } from "../types";
import { clusterOrder } from "./cluster";
import { axesOf, type Axis } from "./pairStore";

export interface Likeness {
  values: NdArray;
  /** The same under the control, where the result has it. */
  control: NdArray | null;
  dims: [string, string];
  rows: string[];
  columns: string[];
  /** Which places of the model rows and columns are. */
  axes: [Axis, Axis];
  /** The column outlined in each row, where the result names one. */
  best: NdArray | null;
  /** Rows and columns are the same things: a pair can be told from an entry with itself. */
  square: boolean;
}

export function likenessOf(document: ResultDocument, quantity: Quantity): Likeness | null {
  const values = array(document, quantity.name);
  if (values.dims.length !== 2 || values.data.length === 0) return null;
  const [down, across] = values.dims;
  const [rows, columns] = values.shape.map((length, axis) => labels(document, values.dims[axis], length));
  const control = find(document, `${quantity.name}_control`);
  const best = find(document, "best_start");
  return {
    values,
    control: control?.shape.join() === values.shape.join() ? control : null,
    best: best?.dims.join() === down ? best : null,
    dims: [down, across],
    rows,
    columns,
    axes: axesOf(values.dims, [indices(document, down, rows.length), indices(document, across, columns.length)]),
    square: rows.join("\0") === columns.join("\0"),
  };
}

export interface Orders {
  rows: number[];
  columns: number[];
}

/** The entries in the order in which they are drawn. */
export function ordersOf({ values, rows, columns, square }: Likeness, clustered: boolean): Orders {
  if (!clustered || !square) return { rows: [...rows.keys()], columns: [...columns.keys()] };
  const order = clusterOrder((row, column) => at(values, row, column), rows.length);
  return { rows: order, columns: order };
}

/** The column most like a row, other than itself. */
export function bestMatch({ values, columns, square }: Likeness, row: number): number | null {
  let best: number | null = null;
  columns.forEach((_, column) => {
    const value = at(values, row, column);
    if ((square && column === row) || Number.isNaN(value)) return;
    if (best === null || value > at(values, row, best)) best = column;
  });
  return best;
}

/** The two different entries that are most alike. */
export function closestPair(likeness: Likeness): [number, number] | null {
  let found: [number, number] | null = null;
  likeness.rows.forEach((_, row) => {
    const column = bestMatch(likeness, row);
    if (column === null) return;
    if (!found || at(likeness.values, row, column) > at(likeness.values, ...found)) found = [row, column];
  });
  return found;
}
