/** Reading a document: its arrays whatever way they came, its labels, limits and counts. */
import { isDiverging, type Scale } from "../charts/colour";
import { t, type MessageKey } from "../ui/i18n";
import type { FlatArray, KindProps, NdArray, Nested, Quantity, ResultDocument, Token } from "./types";

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

function largestOf(values: ArrayLike<number>): number | null {
  let largest: number | null = null;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (Number.isFinite(size) && !(largest !== null && size <= largest)) largest = size;
  }
  return largest;
}

/** Of more values than this a sample says where most of them lie. */
const SAMPLED = 20_000;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The size below which nine in ten lie. The sample is spread by the golden ratio, so that it follows no row or column. */
function mostOf(values: ArrayLike<number>): number | undefined {
  const { length } = values;
  const place = length <= SAMPLED ? (i: number) => i : (i: number) => Math.floor(((i * GOLDEN) % 1) * length);
  const sizes = Float64Array.from({ length: Math.min(length, SAMPLED) }, (_, i) => Math.abs(values[place(i)]))
    .filter(Number.isFinite)
    .sort();
  return sizes[Math.floor(0.9 * (sizes.length - 1))];
}

/** Limits of a quantity's scale: fixed ones first. A few extreme values (a first token's norm) do not flatten the rest. */
export function limitsOf(quantity: Quantity, values: ArrayLike<number>): [number, number] {
  if (quantity.limits) return [quantity.limits[0], quantity.limits[1]];
  if (quantity.scale === "prob" || quantity.scale === "attn") return [0, 1];
  const largest = largestOf(values) ?? 1;
  if (isDiverging(quantity.scale)) return [-roundUp(largest), roundUp(largest)];
  const most = mostOf(values) ?? largest;
  return [0, roundUp(largest > 3 * most && most > 0 ? most : largest)];
}

/** Limits to draw with: those that other figures share, else the quantity's own. */
export const limitsIn = (
  shared: KindProps["limits"],
  quantity: Quantity,
  values: ArrayLike<number>,
): [number, number] => shared?.[quantity.name] ?? limitsOf(quantity, values);

export interface Clipping {
  above: number;
  below: number;
}

/** Rounding alone puts nothing beyond the limits. */
const SLACK = 1e-6;

/** Whether a value is beyond the limits: 1 above, −1 below, 0 within or undefined. */
export function beyond(value: number, [low, high]: readonly [number, number]): -1 | 0 | 1 {
  const slack = (high - low) * SLACK;
  return value > high + slack ? 1 : value < low - slack ? -1 : 0;
}

export function clipping(values: ArrayLike<number>, limits: readonly [number, number]): Clipping {
  let [above, below] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const side = beyond(values[i], limits);
    if (side > 0) above += 1;
    else if (side < 0) below += 1;
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

/** The tokens of the other run where they differ, in a comparison of two prompts; null where they are the same. */
export function otherTokens(document: ResultDocument, length: number): (Token | null)[] {
  const others = document.result.other_tokens;
  const known = Array.isArray(others) ? (others as (Token | null)[]) : [];
  return indices(document, "position", length).map((i) => known[i] ?? null);
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

/** "24 of 144 heads", of an array over layers and heads. */
export function headLine(document: ResultDocument, [layers, heads]: readonly number[]): string {
  const { total } = document.result;
  const all = (total?.layer ?? layers) * (total?.head ?? heads);
  return t("kinds.count.head", { shown: layers * heads, total: all });
}

export const unitOf = (quantity: Quantity): string => (quantity.unit ? ` ${quantity.unit}` : "");

export const scaleOf = (quantity: Quantity): Scale => quantity.scale;
