/** A layer curve as series of numbers over depth: names that people read, units, bands, and which cell a column is. */
import { forcedColours, type Palette } from "../../charts/colour";
import { hasMessage, t } from "../../ui/i18n";
import { tokenText } from "../../ui/tokenText";
import { at, entryOf, find, indices, labels } from "../result";
import type { Cell, NdArray, Quantity, ResultDocument } from "../types";

export interface Series {
  /** Place among all series of the document, which colour and shape follow. */
  index: number;
  name: string;
  /** The name is a token, written as the model read it. */
  token: boolean;
  values: number[];
  low: number[] | null;
  high: number[] | null;
  unit: string;
  control: boolean;
}

export interface Curve {
  /** `row` or `layer`, or whatever else runs across. */
  dim: string;
  labels: string[];
  indices: number[];
  series: Series[];
  units: string[];
  /** How other dimensions were reduced: at the pinned position, or the mean over all. */
  reduced: { position: number } | { mean: number } | null;
}

const ACROSS = ["row", "layer", "step", "k"];

/** Values of one array by series and depth. */
function lines(nd: NdArray, across: string, position: number | null): number[][] {
  const [seriesAxis, acrossAxis, positionAxis] = ["series", across, "position"].map((dim) => nd.dims.indexOf(dim));
  const count = seriesAxis < 0 ? 1 : nd.shape[seriesAxis];
  const length = nd.shape[acrossAxis];
  const others = positionAxis < 0 ? [0] : position == null ? [...Array(nd.shape[positionAxis]).keys()] : [position];
  return Array.from({ length: count }, (_s, series) =>
    Array.from({ length }, (_x, x) => {
      let [sum, n] = [0, 0];
      for (const other of others) {
        const index = nd.dims.map((_, axis) =>
          axis === seriesAxis ? series : axis === acrossAxis ? x : axis === positionAxis ? other : 0,
        );
        const value = at(nd, ...index);
        if (Number.isNaN(value)) continue;
        sum += value;
        n += 1;
      }
      return n ? sum / n : Number.NaN;
    }),
  );
}

/** What a result compares itself with; no token, which would begin with a space. */
const CONTROL = /^(.*[^\s_][ _])?(control|baseline|random|shuffled|floor)/;

/** Names of series that begin with a space are tokens; others are words joined by underscores. */
const isToken = (name: string) => /^\s/.test(name);

/** What a series is called: as the result says, as the quantity of that name, or as the strings of the page have it. */
export function seriesName(document: ResultDocument, name: string): string {
  const given = (document.result.facts?.labels ?? {}) as Record<string, unknown>;
  const label = given[name] ?? document.result.quantities.find((quantity) => quantity.name === name)?.label;
  if (typeof label === "string") return label;
  const key = `kinds.series.${name}`;
  if (hasMessage(key)) return t(key);
  return isToken(name) ? tokenText({ text: name }, 24) : name.replaceAll("_", " ");
}

export function curveOf(document: ResultDocument, quantity: Quantity, pin: Cell | null): Curve | null {
  const nd = find(document, quantity.name);
  const dim =
    nd &&
    (ACROSS.find((name) => nd.dims.includes(name)) ?? nd.dims.find((name) => name !== "series" && name !== "position"));
  if (!nd || !dim) return null;
  const perPosition = nd.dims.includes("position");
  const positions = perPosition ? nd.shape[nd.dims.indexOf("position")] : 0;
  const which = indices(document, "position", positions);
  const position = perPosition ? entryOf(which, pin?.position) : null;
  const length = nd.shape[nd.dims.indexOf(dim)];
  const seriesAxis = nd.dims.indexOf("series");
  const count = seriesAxis < 0 ? 1 : nd.shape[seriesAxis];
  const names = seriesAxis < 0 ? [quantity.label] : labels(document, "series", count);
  const bounds = ["low", "high"].map((name) => {
    const bound = find(document, name);
    return bound && bound.dims.join() === nd.dims.join() && document.result.quantities[0]?.name === quantity.name
      ? lines(bound, dim, position)
      : null;
  });
  const units = (document.result.facts?.units ?? {}) as Record<string, unknown>;
  const series = lines(nd, dim, position).map((values, i): Series => ({
    index: i,
    name: seriesAxis < 0 ? names[i] : seriesName(document, names[i]),
    token: seriesAxis >= 0 && isToken(names[i]),
    values,
    low: bounds[0]?.[i] ?? null,
    high: bounds[1]?.[i] ?? null,
    unit: typeof units[names[i]] === "string" ? String(units[names[i]]) : (quantity.unit ?? ""),
    control: CONTROL.test(names[i]),
  }));
  return {
    dim,
    labels: labels(document, dim, length),
    indices: indices(document, dim, length),
    series,
    units: [...new Set(series.map(({ unit }) => unit))],
    reduced: !perPosition ? null : position == null ? { mean: positions } : { position: which[position] },
  };
}

/** The cell of the model at a column, and the column of a cell. */
export const cellOf = (curve: Curve, column: number): Cell =>
  curve.dim === "row" || curve.dim === "layer" ? { [curve.dim]: curve.indices[column] } : {};

export const columnOf = (curve: Curve, cell: Cell | null) =>
  curve.dim === "row"
    ? entryOf(curve.indices, cell?.row ?? cell?.layer)
    : curve.dim === "layer"
      ? entryOf(curve.indices, cell?.layer ?? cell?.row)
      : null;

/** More series than this are chosen from: no more colours can be told apart. */
export const MOST_SERIES = 6;

/** Some of the series. */
export function picked(curve: Curve, wanted: ReadonlySet<number>): Curve {
  const series = curve.series.filter(({ index }) => wanted.has(index));
  return { ...curve, series, units: [...new Set(series.map(({ unit }) => unit))] };
}

/** The series shown at first. */
export const firstSeries = ({ series }: Curve): ReadonlySet<number> =>
  new Set(series.slice(0, MOST_SERIES).map(({ index }) => index));

export const SHAPES = ["circle", "square", "diamond", "triangle-up", "cross", "x"];

/** Six colours in a fixed order; with the shape of the same place they tell classes apart. */
export const seriesColour = (palette: Palette, i: number): string =>
  forcedColours()
    ? palette.text
    : [palette.target, palette.distract, palette.a, palette.b, palette.fill.feat[8], palette.text2][i % MOST_SERIES];

/**
 * Moves labels apart so that none covers another, each as near to where it belongs as the others let it: neighbours that
 * collide become one block, which stands where its labels on average want to be. Within the height, if they fit.
 */
export function spread(wanted: readonly number[], space: number, height: number): number[] {
  const gap = wanted.length > 1 ? Math.min(space, height / (wanted.length - 1)) : space;
  const order = wanted.map((_, i) => i).sort((one, two) => wanted[one] - wanted[two]);
  const blocks: { members: number[]; top: number }[] = [];
  const topOf = (members: readonly number[]) => {
    const middle = members.reduce((sum, i, k) => sum + wanted[i] - k * gap, 0) / members.length;
    return Math.max(0, Math.min(height - (members.length - 1) * gap, middle));
  };
  for (const i of order) {
    let block = { members: [i], top: topOf([i]) };
    for (let above = blocks.at(-1); above && above.top + above.members.length * gap > block.top + 1e-9;) {
      const members = [...above.members, ...block.members];
      block = { members, top: topOf(members) };
      blocks.pop();
      above = blocks.at(-1);
    }
    blocks.push(block);
  }
  const placed = new Array<number>(wanted.length);
  for (const { members, top } of blocks) members.forEach((i, k) => (placed[i] = top + k * gap));
  return placed;
}
