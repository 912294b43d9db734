/** Reads single numbers and lines out of documents: what the inspector and the question line quote. Knows no method by name. */
import type { FlatArray, Nested, ResultDocument } from "../kinds/types";

const isFlat = (array: unknown): array is FlatArray =>
  typeof array === "object" && array !== null && "data" in array && "shape" in array;

/** One entry of an array, by its index along each dimension; null where there is none, or where it is undefined. */
export function entry(document: ResultDocument, name: string, at: readonly number[]): number | string | null {
  const array = document.result[name];
  if (isFlat(array)) {
    const { data, shape } = array;
    if (shape.length !== at.length || at.some((index, axis) => index < 0 || index >= shape[axis])) return null;
    const value = data[at.reduce((offset, index, axis) => offset * shape[axis] + index, 0)];
    return Number.isNaN(value) ? null : value;
  }
  let nested = array as Nested | undefined;
  for (const index of at) nested = Array.isArray(nested) ? nested[index] : undefined;
  return typeof nested === "number" || typeof nested === "string" ? nested : null;
}

export const number = (document: ResultDocument, name: string, at: readonly number[]): number | null => {
  const value = entry(document, name, at);
  return typeof value === "number" ? value : null;
};

/** How many entries an array has along one of its dimensions. */
export function size(document: ResultDocument, name: string, dim: string): number {
  const axis = document.result.dims[name]?.indexOf(dim) ?? -1;
  if (axis < 0) return 0;
  const array = document.result[name];
  if (isFlat(array)) return array.shape[axis];
  let nested = array as Nested | undefined;
  for (let depth = 0; depth < axis; depth += 1) nested = Array.isArray(nested) ? nested[0] : undefined;
  return Array.isArray(nested) ? nested.length : 0;
}

export const hasDims = (document: ResultDocument, name: string, ...dims: string[]): boolean =>
  String(document.result.dims[name]) === String(dims);

export interface Prediction {
  text: string;
  probability: number;
  logit: number | null;
}

const vocabularies = new WeakMap<ResultDocument, Map<number, string>>();

/** The text of a token that a document mentions. */
function vocabularyText(document: ResultDocument, id: number): string | null {
  let known = vocabularies.get(document);
  if (!known) {
    const { tokens, vocabulary } = document.result;
    known = new Map([...tokens, ...vocabulary].map((token) => [token.id, token.text]));
    vocabularies.set(document, known);
  }
  return known.get(id) ?? null;
}

/** The tokens a row would predict after a position, likeliest first; null for a document that does not say. */
export function predictions(document: ResultDocument, row: number, position: number): Prediction[] | null {
  if (!hasDims(document, "topk_prob", "row", "position", "rank")) return null;
  const found: Prediction[] = [];
  for (let rank = 0; rank < size(document, "topk_prob", "rank"); rank += 1) {
    const at = [row, position, rank];
    const id = number(document, "topk_ids", at);
    const text = (id === null ? null : vocabularyText(document, id)) ?? entry(document, "topk_text", at);
    const probability = number(document, "topk_prob", at);
    if (typeof text !== "string" || probability === null) break;
    found.push({ text, probability, logit: number(document, "topk_logit", at) });
  }
  return found.length > 0 ? found : null;
}

/** The row that is the model's own output; null for a document that stops before it. */
export function outputRowOf(document: ResultDocument): number | null {
  const rows = document.result.coords.row ?? [];
  return rows.at(-1) === "out" ? rows.length - 1 : null;
}

/** The tokens a fact names, by their texts: one, several, or none, however the method wrote them. */
export function factTexts(fact: unknown): string[] {
  if (typeof fact === "string") return [fact];
  if (Array.isArray(fact)) return fact.flatMap(factTexts);
  return typeof fact === "object" && fact !== null && "text" in fact && typeof fact.text === "string"
    ? [fact.text]
    : [];
}

/** The probability that a fact about tokens gives them together. */
export function factProbability(fact: unknown): number | undefined {
  if (Array.isArray(fact)) {
    const all = fact.map(factProbability);
    return all.length > 0 && all.every((one) => one !== undefined) ? all.reduce((sum, one) => sum + one, 0) : undefined;
  }
  const given =
    typeof fact === "object" && fact !== null && "probability" in fact ? factNumber(fact.probability) : null;
  return given ?? undefined;
}

export const factNumber = (fact: unknown): number | null =>
  typeof fact === "number" && Number.isFinite(fact) ? fact : null;
