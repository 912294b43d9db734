/** The points of a scatter plot, and the arithmetic of choosing among them. */
import { find, texts } from "../result";
import type { Cell, ResultDocument } from "../types";
import { extent } from "./axis";
import { placesOf } from "./places";

/** Classes that have a colour and a shape of their own; those after them share a neutral one. */
export const MOST_CLASSES = 6;
/** Points that are drawn one by one; more are counted by area. */
export const MOST_POINTS = 50_000;
/** Trajectories that are all drawn. */
const MOST_LINES = 200;

export interface Points {
  count: number;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Class of each point: an entry of `classes`, −1 for the rest. */
  classOf: Int16Array;
  /** The largest classes, largest first as far as they differ in size. */
  classes: { name: string; count: number }[];
  /** Points beyond those classes. */
  rest: number;
  labels: readonly string[] | null;
  places: Cell[];
  /** Points joined by lines, in order. */
  lines: number[][];
  bounds: { x: [number, number]; y: [number, number] };
}

export function pointsOf(document: ResultDocument): Points | null {
  const [x, y] = [find(document, "x"), find(document, "y")];
  if (!x || !y || x.dims.join() !== "point" || y.dims.join() !== "point" || x.data.length === 0) return null;
  const count = x.data.length;
  const places = placesOf(document, "point", count, ["position", "layer", "head", "row", "feature"]);
  return {
    count,
    x: x.data,
    y: y.data,
    ...classed(texts(document, "class")?.data ?? [], count),
    labels: texts(document, "label")?.data ?? null,
    places,
    lines: linesOf(document, places),
    bounds: { x: padded(extent(x.data)), y: padded(extent(y.data)) },
  };
}

function padded(range: [number, number] | null): [number, number] {
  const [low, high] = range ?? [0, 1];
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

function classed(names: readonly string[], count: number): Pick<Points, "classOf" | "classes" | "rest"> {
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const ranked = [...sizes].sort(([, one], [, two]) => two - one).map(([name, size]) => ({ name, count: size }));
  const classes = ranked.slice(0, MOST_CLASSES);
  const entry = new Map(classes.map(({ name }, i) => [name, i]));
  const classOf = new Int16Array(count).fill(classes.length > 0 ? -1 : 0);
  names.forEach((name, i) => (classOf[i] = entry.get(name) ?? -1));
  return { classOf, classes, rest: ranked.slice(MOST_CLASSES).reduce((sum, { count: size }) => sum + size, 0) };
}

/** Points of one `series` belong together, from layer to layer where they have one, else as they stand. */
function linesOf(document: ResultDocument, places: readonly Cell[]): number[][] {
  const series = find(document, "series")?.data ?? texts(document, "series")?.data;
  if (!series || series.length !== places.length) return [];
  const lines = new Map<number | string, number[]>();
  for (let i = 0; i < series.length; i++) {
    const line = lines.get(series[i]);
    if (line) line.push(i);
    else lines.set(series[i], [i]);
  }
  const joined = [...lines.values()].filter((line) => line.length > 1).slice(0, MOST_LINES);
  return joined.map((line) => line.sort((one, two) => (places[one].layer ?? one) - (places[two].layer ?? two)));
}

export interface Density {
  columns: number;
  rows: number;
  counts: Uint32Array;
  largest: number;
}

/** How many points lie in each cell of a grid over the bounds; row 0 is the lowest. */
export function densityOf({ x, y, count, bounds }: Points, columns: number, rows: number): Density {
  const counts = new Uint32Array(columns * rows);
  const along = (value: number, [low, high]: [number, number], cells: number) =>
    Math.min(cells - 1, Math.floor(((value - low) / (high - low)) * cells));
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue;
    counts[along(y[i], bounds.y, rows) * columns + along(x[i], bounds.x, columns)] += 1;
  }
  return { columns, rows, counts, largest: counts.reduce((most, n) => Math.max(most, n), 0) };
}

type Place = readonly [number, number];

/** Whether a place lies inside a closed line. */
export function isInside([x, y]: Place, line: readonly Place[]): boolean {
  let inside = false;
  for (let i = 0, before = line.length - 1; i < line.length; before = i++) {
    const [[x1, y1], [x2, y2]] = [line[i], line[before]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

const DIRECTIONS: Record<string, Place> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest place in the direction of an arrow, within a right angle around it; the same one where there is none. */
export function neighbour(key: string, from: number, places: readonly Place[]): number | null {
  if (key === "Home") return 0;
  if (key === "End") return places.length - 1;
  const direction = DIRECTIONS[key];
  if (!direction) return null;
  const [x, y] = places[from];
  let [best, least] = [from, Infinity];
  places.forEach(([px, py], i) => {
    const ahead = (px - x) * direction[0] + (py - y) * direction[1];
    const aside = Math.abs((px - x) * direction[1]) + Math.abs((py - y) * direction[0]);
    if (ahead <= 0 || aside > ahead) return;
    const distance = ahead * ahead + aside * aside;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
