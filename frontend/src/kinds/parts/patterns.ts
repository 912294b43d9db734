/** Attention of every head of a document, ready to be drawn, ranked and counted. */
import { isDiverging, stepOf } from "../../charts/colour";
import type { HeadPatterns } from "../../charts/matrix";
import { ABSENT } from "../../charts/paint";
import { array, at, beyond, indices, limitsIn } from "../result";
import type { FirstToken, KindProps, NdArray, Quantity, ResultDocument, Token } from "../types";

export interface Attention {
  values: NdArray;
  quantity: Quantity;
  limits: [number, number];
  /** Which layers, heads and positions the entries are. */
  layers: number[];
  heads: number[];
  queries: number[];
  keys: number[];
  tokens: readonly Token[];
  causal: boolean;
  /** Entries of keys left out at the front: 1 without the first token. */
  skipped: 0 | 1;
  /** How the first token was treated in the end: only shares of attention can be renormalised. */
  firstToken: FirstToken;
  /** By entries; NaN for what is masked, left out or undefined. */
  weight: (layer: number, head: number, query: number, key: number) => number;
  /** As it is in the document, whatever is left out. */
  raw: (layer: number, head: number, query: number, key: number) => number;
}

/** Whether no query looks at a later key, in the first head. */
function isCausal(values: NdArray): boolean {
  const [, , queries, keys] = values.shape;
  for (let query = 0; query < queries; query++) {
    for (let key = query + 1; key < keys; key++) if (Math.abs(at(values, 0, 0, query, key)) > 0) return false;
  }
  return queries > 1;
}

const NO_TOKEN: Token = { id: -1, text: "", bytes: "" };

/** What the document holds, with the first token shown, hidden (its column is gone) or divided out of every row. */
export function attentionOf(
  document: ResultDocument,
  quantity: Quantity,
  wanted: FirstToken = "shown",
  shared?: KindProps["limits"],
): Attention {
  const values = array(document, quantity.name);
  const [layerCount, headCount, queryCount, keyCount] = values.shape;
  const keys = indices(document, "key", keyCount);
  const queries = indices(document, "query", queryCount);
  const causal = isCausal(values);
  const masked = (query: number, key: number) => causal && keys[key] > queries[query];
  const raw = (layer: number, head: number, query: number, key: number) =>
    masked(query, key) ? Number.NaN : values.data[((layer * headCount + head) * queryCount + query) * keyCount + key];
  const firstToken =
    keys[0] !== 0 ? "shown" : wanted === "renormalised" && quantity.scale !== "attn" ? "hidden" : wanted;
  const rest = (layer: number, head: number, query: number) => {
    let sum = 0;
    for (let key = 1; key < keyCount; key++) sum += raw(layer, head, query, key) || 0;
    return sum;
  };
  const rests = new Map<number, number>();
  const restOf = (layer: number, head: number, query: number) => {
    const row = (layer * headCount + head) * queryCount + query;
    let known = rests.get(row);
    if (known === undefined) rests.set(row, (known = rest(layer, head, query)));
    return known;
  };
  const weight = {
    shown: raw,
    hidden: (layer: number, head: number, query: number, key: number) =>
      key === 0 ? Number.NaN : raw(layer, head, query, key),
    renormalised: (layer: number, head: number, query: number, key: number) =>
      key === 0 ? Number.NaN : raw(layer, head, query, key) / (restOf(layer, head, query) || Number.NaN),
  }[firstToken];
  return {
    values,
    quantity,
    limits: limitsIn(shared, quantity, values.data),
    layers: indices(document, "layer", layerCount),
    heads: indices(document, "head", headCount),
    queries,
    keys,
    tokens: document.result.tokens,
    causal,
    skipped: firstToken === "shown" ? 0 : 1,
    firstToken,
    weight,
    raw,
  };
}

export const tokenAt = ({ tokens }: Attention, position: number): Token => tokens[position] ?? NO_TOKEN;

/** For the thumbnails: keys left out are no columns. */
export function patternsOf(attention: Attention): HeadPatterns {
  const { layers, heads, queries, keys, skipped, quantity, limits, weight } = attention;
  return {
    layers: layers.length,
    heads: heads.length,
    size: [queries.length, keys.length - skipped],
    scale: quantity.scale,
    low: limits[0],
    high: limits[1],
    weight: (layer, head, query, key) => weight(layer, head, query, key + skipped),
    causal: attention.causal && skipped === 0,
    root: !isDiverging(quantity.scale),
  };
}

/** Steps of one head; links below the threshold are drawn as nothing. */
export function stepsOf(attention: Attention, layer: number, head: number, least: number): Int8Array {
  const { queries, keys, skipped, quantity, limits, weight } = attention;
  const columns = keys.length - skipped;
  const steps = new Int8Array(queries.length * columns).fill(ABSENT);
  for (let query = 0; query < queries.length; query++) {
    for (let column = 0; column < columns; column++) {
      const value = weight(layer, head, query, column + skipped);
      if (Number.isNaN(value)) continue;
      const drawn = Math.abs(value) < least ? 0 : value;
      steps[query * columns + column] = stepOf(quantity.scale, drawn, ...limits);
    }
  }
  return steps;
}

/** Which links of one head are beyond the limits of the scale; undefined where none is. */
export function clippedOf(attention: Attention, layer: number, head: number): Uint8Array | undefined {
  const { queries, keys, skipped, limits, weight } = attention;
  const columns = keys.length - skipped;
  const clipped = new Uint8Array(queries.length * columns);
  let any = false;
  for (let query = 0; query < queries.length; query++) {
    for (let column = 0; column < columns; column++) {
      if (beyond(weight(layer, head, query, column + skipped), limits) === 0) continue;
      clipped[query * columns + column] = 1;
      any = true;
    }
  }
  return any ? clipped : undefined;
}

export interface Link {
  query: number;
  key: number;
  weight: number;
}

/** Links of a head from a size on, by entries, and how many there are of any size. */
export function linksOf(attention: Attention, layer: number, head: number, least: number) {
  const { queries, keys, skipped, weight } = attention;
  const shown: Link[] = [];
  let total = 0;
  for (let query = 0; query < queries.length; query++) {
    for (let key = skipped; key < keys.length; key++) {
      const value = weight(layer, head, query, key);
      if (Number.isNaN(value)) continue;
      total += 1;
      if (Math.abs(value) >= least) shown.push({ query, key, weight: value });
    }
  }
  return { shown, total };
}

/** How much a link counts: differences by their size, anything else by its value, of which the highest is looked at most. */
export const sizeOf = ({ quantity }: Attention, weight: number): number =>
  quantity.scale === "dif" ? Math.abs(weight) : weight;

/** What one query looks at, by entries, largest first. */
export function lookedAt(attention: Attention, layer: number, head: number, query: number): Link[] {
  const { keys, skipped, weight } = attention;
  return keys
    .map((_, key): Link => ({ query, key, weight: key < skipped ? Number.NaN : weight(layer, head, query, key) }))
    .filter((link) => !Number.isNaN(link.weight))
    .sort((one, two) => sizeOf(attention, two.weight) - sizeOf(attention, one.weight));
}

/** The strongest link of a head to any token but the first, where heads with nothing to do look; by entries. */
export function strongestOf(attention: Attention, layer: number, head: number): Link | null {
  const { queries, keys, weight } = attention;
  let best: Link | null = null;
  for (let query = 0; query < queries.length; query++) {
    for (let key = 1; key < keys.length; key++) {
      const value = weight(layer, head, query, key);
      if (Number.isNaN(value) || (best && sizeOf(attention, value) <= sizeOf(attention, best.weight))) continue;
      best = { query, key, weight: value };
    }
  }
  return best;
}

/** The head with the strongest link that reaches back at least so many tokens, the first token aside; null where none does. */
function farthestReaching(attention: Attention, back: number): [number, number] | null {
  const { layers, heads, queries, keys, weight } = attention;
  let [best, found]: [number, [number, number] | null] = [-Infinity, null];
  for (let layer = 0; layer < layers.length; layer++) {
    for (let head = 0; head < heads.length; head++) {
      for (let query = back + 1; query < queries.length; query++) {
        for (let key = 1; key <= Math.min(query - back, keys.length - 1); key++) {
          const size = sizeOf(attention, weight(layer, head, query, key));
          if (size > best) [best, found] = [size, [layer, head]];
        }
      }
    }
  }
  return found;
}

/** The head shown while none is pinned: one that looks further back than to the token before, if there is one. */
export const firstHead = (attention: Attention): [number, number] =>
  farthestReaching(attention, 2) ?? farthestReaching(attention, 1) ?? [attention.layers.length - 1, 0];

const isDefined = (x: number) => !Number.isNaN(x);
const mean = (values: readonly number[]) =>
  values.length ? values.reduce((sum, x) => sum + x, 0) / values.length : Number.NaN;

/** Share of one head's attention that the first token holds, over the queries after it. */
export function heldByFirst({ raw, queries, keys }: Attention, layer: number, head: number): number {
  if (keys[0] !== 0) return Number.NaN;
  const after = queries.map((position, query) => (position > 0 ? raw(layer, head, query, 0) : Number.NaN));
  return mean(after.filter(isDefined));
}

/** The same over all heads; undefined for what is no share of attention. */
export function heldInAll(attention: Attention): number {
  if (attention.quantity.scale !== "attn") return Number.NaN;
  const all = attention.layers.flatMap((_, layer) =>
    attention.heads.map((_head, head) => heldByFirst(attention, layer, head)),
  );
  return mean(all.filter(isDefined));
}

export const SCORES = ["entropy", "first", "previous"] as const;
export type HeadScore = (typeof SCORES)[number];

/** Entropy of one row over its largest possible value: 0 looks at one token, 1 at all alike. */
function spreadOfRow({ keys, skipped, weight }: Attention, layer: number, head: number, query: number): number {
  let [sum, logs, count] = [0, 0, 0];
  for (let key = skipped; key < keys.length; key++) {
    const x = weight(layer, head, query, key);
    if (Number.isNaN(x)) continue;
    count += 1;
    if (!(x > 0)) continue;
    sum += x;
    logs += x * Math.log(x);
  }
  // −Σ p ln p with p = x / Σx.
  return count < 2 || sum === 0 ? Number.NaN : (Math.log(sum) - logs / sum) / Math.log(count);
}

const entropy = (attention: Attention, layer: number, head: number) =>
  mean(attention.queries.map((_, query) => spreadOfRow(attention, layer, head, query)).filter(isDefined));

/** How much a query looks at the token before it. */
function previous({ queries, keys, weight }: Attention, layer: number, head: number): number {
  const rows = queries.map((position, query) => {
    const key = keys.indexOf(position - 1);
    return key < 0 ? Number.NaN : weight(layer, head, query, key);
  });
  return mean(rows.filter(isDefined));
}

/** A score of one head, computed from the pattern shown. */
export function scoreOf(attention: Attention, score: HeadScore, layer: number, head: number): number {
  if (score === "entropy") return entropy(attention, layer, head);
  return score === "first" ? heldByFirst(attention, layer, head) : previous(attention, layer, head);
}

export interface ScoredHead {
  layer: number;
  head: number;
  value: number;
}

/** All heads by a score, highest first; those without one last. By entries. */
export function rankHeads(attention: Attention, score: HeadScore): ScoredHead[] {
  return attention.layers
    .flatMap((_, layer) =>
      attention.heads.map((_head, head) => ({ layer, head, value: scoreOf(attention, score, layer, head) })),
    )
    .sort((one, two) => (Number.isNaN(one.value) ? 1 : Number.isNaN(two.value) ? -1 : two.value - one.value));
}

/** Sequential values of attention can be scored; scores before the softmax and differences cannot. */
export const canScore = ({ quantity }: Attention) => quantity.scale === "attn";

/** More tokens than this have no room for lines between their names. */
const MOST_LINES = 32;

export const fitsLines = ({ queries, keys }: Attention) => Math.max(queries.length, keys.length) <= MOST_LINES;
