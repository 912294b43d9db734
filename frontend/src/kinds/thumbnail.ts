/** A result at the size of a stamp: the steps of its first quantity, pooled. Small enough to be remembered by the hundred. */
import { isDiverging, stepOf, UNDEFINED, type Scale } from "../charts/colour";
import { chosen, find, limitsOf } from "./result";
import type { NdArray, ResultDocument } from "./types";

export interface Thumbnail {
  scale: Scale;
  rows: number;
  columns: number;
  /** Steps of the ramp from the top left, −1 where there is no value. */
  steps: number[];
}

/** The cells of a stamp. */
const MOST = { rows: 12, columns: 24 };
/** Kinds that are read upward. */
const UPWARD = new Set(["row", "layer"]);

/** Null for a result without a quantity that can be coloured. */
export function thumbnailOf(document: ResultDocument, most = MOST): Thumbnail | null {
  const quantity = chosen(document, undefined);
  const values = quantity && find(document, quantity.name);
  if (!quantity || !values || values.data.length === 0) return null;
  const plane = planeOf(values);
  const [low, high] = limitsOf(quantity, values.data);
  const [rows, columns] = [Math.min(most.rows, plane.rows), Math.min(most.columns, plane.columns)];
  const upward = UPWARD.has(plane.rowDim);
  const steps: number[] = [];
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const value = pooled(plane, upward ? rows - 1 - row : row, column, rows, columns, isDiverging(quantity.scale));
      steps.push(Number.isNaN(value) ? UNDEFINED : stepOf(quantity.scale, value, low, high));
    }
  return { scale: quantity.scale, rows, columns, steps };
}

interface Plane {
  rows: number;
  columns: number;
  rowDim: string;
  at: (row: number, column: number) => number;
}

/** The last two dimensions; what lies before them is averaged. A single dimension makes one row. */
function planeOf({ data, shape, dims }: NdArray): Plane {
  const columns = shape.at(-1) ?? 0;
  const rows = shape.length > 1 ? (shape.at(-2) ?? 0) : 1;
  const size = rows * columns;
  const layers = size > 0 ? data.length / size : 0;
  const at = (row: number, column: number) => {
    let [sum, count] = [0, 0];
    for (let layer = 0; layer < layers; layer += 1) {
      const value = data[layer * size + row * columns + column];
      if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
    }
    return count > 0 ? sum / count : Number.NaN;
  };
  return { rows, columns, rowDim: dims.at(-2) ?? "", at };
}

/** One cell of the thumbnail: the mean of what falls into it, or of signed values the largest. */
function pooled(plane: Plane, row: number, column: number, rows: number, columns: number, signed: boolean): number {
  const from = (index: number, all: number, shown: number) => Math.floor((index * all) / shown);
  let [sum, count, largest] = [0, 0, Number.NaN];
  for (let i = from(row, plane.rows, rows); i < from(row + 1, plane.rows, rows); i += 1)
    for (let j = from(column, plane.columns, columns); j < from(column + 1, plane.columns, columns); j += 1) {
      const value = plane.at(i, j);
      if (Number.isNaN(value)) continue;
      [sum, count] = [sum + value, count + 1];
      if (!(Math.abs(value) <= Math.abs(largest))) largest = value;
    }
  return signed ? largest : count > 0 ? sum / count : Number.NaN;
}
