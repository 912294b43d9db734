/** Reading a document: its arrays whatever way they came, its labels, limits and counts. */
import { isDiverging, type Scale } from "../charts/colour";
import { t, type MessageKey } from "../ui/i18n";
import type { FlatArray, NdArray, Nested, Quantity, ResultDocument, Token } from "./types";

const isFlat = (value: unknown): value is FlatArray =>
  typeof value === "object" && value !== null && "data" in value && "shape" in value && ArrayBuffer.isView(value.data);

function shapeOf(nested: Nested): number[] {
  const shape: number[] = [];
  for (let level: Nested = nested; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function flatten<T>(nested: Nested, put: (leaf: Exclude<Nested, Nested[]>) => T): T[] {
  const out: T[] = [];
  const walk = (level: Nested) => {
    if (Array.isArray(level)) for (const item of level) walk(item);
    else out.push(put(level));
  };
  walk(nested);
  return out;
}

type Labelled = NdArray | { data: string[]; shape: number[]; dims: string[] };

const cache = new WeakMap<ResultDocument, Map<string, Labelled | null>>();

function convert(document: ResultDocument, name: string): Labelled | null {
  const value = document.result[name];
  const dims = document.result.dims?.[name] ?? [];
  if (isFlat(value)) return { data: value.data, shape: value.shape, dims };
  if (!Array.isArray(value)) return null;
  const nested = value as Nested[];
  const shape = shapeOf(nested);
  while (shape.length < dims.length) shape.push(0);
  let first: Nested = nested;
  while (Array.isArray(first)) first = first[0];
  if (typeof first === "string") return { data: flatten(nested, String), shape, dims };
  return { data: Float64Array.from(flatten(nested, (x) => (x == null ? Number.NaN : Number(x)))), shape, dims };
}

function labelled(document: ResultDocument, name: string): Labelled | null {
  let known = cache.get(document);
  if (!known) cache.set(document, (known = new Map()));
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = convert(document, name)));
  return found;
}

const isText = (array: Labelled): array is { data: string[]; shape: number[]; dims: string[] } =>
  Array.isArray(array.data);

/** A numeric array by name, from nested lists or typed values alike; an empty one when the document has none. */
export function array(document: ResultDocument, name: string): NdArray {
  return find(document, name) ?? { data: new Float64Array(0), shape: [0], dims: [] };
}

/** The same, or null. */
export function find(document: ResultDocument, name: string): NdArray | null {
  const found = labelled(document, name);
  return found && !isText(found) ? found : null;
}

/** A text array by name, or null. */
export function texts(
  document: ResultDocument,
  name: string,
): { data: string[]; shape: number[]; dims: string[] } | null {
  const found = labelled(document, name);
  return found && isText(found) ? found : null;
}

/** The value at an index, NaN outside. */
export function at(nd: NdArray, ...index: number[]): number {
  let flat = 0;
  for (let axis = 0; axis < nd.shape.length; axis++) {
    const i = index[axis] ?? 0;
    if (i < 0 || i >= nd.shape[axis]) return Number.NaN;
    flat = flat * nd.shape[axis] + i;
  }
  return nd.data[flat] ?? Number.NaN;
}

export const size = (nd: NdArray, dim: string): number => nd.shape[nd.dims.indexOf(dim)] ?? 0;

/** The quantity asked for, else the first that has an array. */
export function chosen(document: ResultDocument, name: string | undefined): Quantity | null {
  const drawn = document.result.quantities.filter((quantity) => find(document, quantity.name));
  return drawn.find((quantity) => quantity.name === name) ?? drawn[0] ?? null;
}

const NICE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number above. */
export function roundUp(x: number): number {
  if (!(x > 0) || !Number.isFinite(x)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  const step = NICE.find((nice) => nice * power >= x * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(3));
}

/** Limits of a quantity's scale: fixed ones first. A few extreme values (a first token's norm) do not flatten the rest. */
export function limitsOf(quantity: Quantity, values: ArrayLike<number>): [number, number] {
  if (quantity.limits) return [quantity.limits[0], quantity.limits[1]];
  if (quantity.scale === "prob" || quantity.scale === "attn") return [0, 1];
  const sizes = Array.from(values, Math.abs)
    .filter(Number.isFinite)
    .sort((x, y) => x - y);
  const largest = sizes[sizes.length - 1] ?? 1;
  if (isDiverging(quantity.scale)) return [-roundUp(largest), roundUp(largest)];
  const most = sizes[Math.floor(0.9 * (sizes.length - 1))] ?? largest;
  return [0, roundUp(largest > 3 * most && most > 0 ? most : largest)];
}

export interface Clipping {
  above: number;
  below: number;
}

export function clipping(values: ArrayLike<number>, [low, high]: [number, number]): Clipping {
  const slack = (high - low) * 1e-6;
  let [above, below] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] > high + slack) above += 1;
    else if (values[i] < low - slack) below += 1;
  }
  return { above, below };
}

/** What entries of a dimension are called: coordinates, else their numbers; rows are `emb`, 1 …, `out`. */
export function labels(document: ResultDocument, dim: string, length: number): string[] {
  const given = document.result.coords?.[dim];
  if (given?.length === length) return given;
  return Array.from({ length }, (_, i) =>
    dim === "row" && i === 0 ? "emb" : dim === "row" && i === length - 1 ? "out" : String(i),
  );
}

/** Which layer, head or position each entry of a dimension is: they may be a part of all there are. */
export function indices(document: ResultDocument, dim: string, length: number): number[] {
  const given = document.result.coords?.[dim];
  if (given?.length !== length) return Array.from({ length }, (_, i) => i);
  const last = (document.result.total?.[dim] ?? length) - 1;
  const parsed = given.map((label) => (label === "emb" ? 0 : label === "out" ? last : Number(label)));
  return parsed.every((i) => Number.isInteger(i) && i >= 0) ? parsed : given.map((_, i) => i);
}

export const entryOf = (which: readonly number[], index: number | null | undefined): number | null => {
  if (index == null) return null;
  const entry = which.indexOf(index);
  return entry < 0 ? null : entry;
};

const MISSING: Token = { id: -1, text: "", bytes: "" };

/** The tokens of the entries of `position`. */
export function positionTokens(document: ResultDocument, length: number): Token[] {
  return indices(document, "position", length).map((i) => document.result.tokens[i] ?? MISSING);
}

const vocabularies = new WeakMap<ResultDocument, Map<number, Token>>();

/** A token of the vocabulary that the document mentions. */
export function vocabularyToken(document: ResultDocument, id: number): Token | undefined {
  let known = vocabularies.get(document);
  if (!known) {
    known = new Map([...document.result.tokens, ...document.result.vocabulary].map((token) => [token.id, token]));
    vocabularies.set(document, known);
  }
  return known.get(id);
}

const COUNTED: readonly string[] = [
  "row",
  "layer",
  "head",
  "position",
  "query",
  "key",
  "series",
  "feature",
  "component",
];

/** "7 of 7 rows · 15 of 15 tokens", for the dimensions that are drawn. */
export function countLine(document: ResultDocument, dims: readonly string[], shape: readonly number[]): string {
  const { shown, total } = document.result;
  return dims
    .map((dim, i) => ({ dim, shown: shown?.[dim] ?? shape[i], total: total?.[dim] ?? shown?.[dim] ?? shape[i] }))
    .filter(({ dim }) => COUNTED.includes(dim))
    .map(({ dim, shown: here, total: all }) => t(`kinds.count.${dim}` as MessageKey, { shown: here, total: all }))
    .join(" · ");
}

export const unitOf = (quantity: Quantity): string => (quantity.unit ? ` ${quantity.unit}` : "");

export const scaleOf = (quantity: Quantity): Scale => quantity.scale;
