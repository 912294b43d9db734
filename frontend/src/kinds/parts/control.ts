/** The band that a random control stays in: per cell, per layer, per position, or once for all. */
import { at, find } from "../result";
import type { NdArray, ResultDocument } from "../types";

export interface Band {
  low: Float64Array;
  high: Float64Array;
}

/** One end of the band for every cell; null where the result has no such array or fact. */
function endOf({ result, ...rest }: ResultDocument, name: string, cells: NdArray): Float64Array | null {
  const given = find({ result, ...rest }, name);
  const fact = result.facts?.[name];
  if (!given) return typeof fact === "number" ? new Float64Array(cells.data.length).fill(fact) : null;
  const axes = given.dims.map((dim) => cells.dims.indexOf(dim));
  if (axes.includes(-1)) return null;
  const place = [0, 0];
  return Float64Array.from({ length: cells.data.length }, (_, flat) => {
    place[0] = Math.floor(flat / cells.shape[1]);
    place[1] = flat % cells.shape[1];
    return at(given, ...axes.map((axis) => place[axis]));
  });
}

export function controlBand(document: ResultDocument, cells: NdArray): Band | null {
  const [low, high] = ["control_low", "control_high"].map((name) => endOf(document, name, cells));
  return low && high && { low, high };
}
