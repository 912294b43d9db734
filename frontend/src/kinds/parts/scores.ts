/** What a result says about the scores of tokens as a whole. */
import { isDiverging } from "../../charts/colour";
import { tokenText } from "../../ui/tokenText";
import { find, texts } from "../result";
import type { FirstToken, Quantity, ResultDocument } from "../types";

/** A class per token (whole, split, merged …), where a result has one. */
export function classesOf(document: ResultDocument): string[] | null {
  const found = texts(document, "status");
  return found?.dims.join() === "position" ? found.data : null;
}

/** Texts of a side of the question: a token, its text, or several of them. */
function namesOf(fact: unknown): string[] {
  if (Array.isArray(fact)) return fact.flatMap(namesOf);
  if (typeof fact === "string") return [fact];
  const text = typeof fact === "object" && fact !== null ? (fact as { text?: unknown }).text : undefined;
  return typeof text === "string" ? [text] : [];
}

/** The tokens asked about, where the result names them: `facts.target` and `facts.distractor`. */
export function questionOf({ result }: ResultDocument): { target: string; distractor: string } {
  const side = (fact: unknown) =>
    namesOf(fact)
      .map((text) => tokenText({ text }, 24))
      .join(" ");
  return { target: side(result.facts?.target), distractor: side(result.facts?.distractor) };
}

export const sumOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, x) => (Number.isNaN(x) ? sum : sum + x), 0);

/**
 * Scores as they are drawn: without the first token, it has no value. Parts of a sum have no rest to be divided by, so
 * leaving it out is all that renormalising could mean. `held` is its share of all sizes.
 */
export function scoresOf(
  values: ArrayLike<number>,
  positions: readonly number[],
  { scale }: Quantity,
  firstToken: FirstToken = "shown",
): { values: Float64Array; held: number | null } {
  const drawn = Float64Array.from(values);
  if (firstToken === "shown" || !isDiverging(scale) || positions[0] !== 0) return { values: drawn, held: null };
  const all = sumOf(drawn.map(Math.abs));
  const held = all > 0 ? Math.abs(drawn[0]) / all : 0;
  drawn[0] = Number.NaN;
  return { values: drawn, held };
}

/** Places of values in their order, 1 for the smallest; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((one, two) => values[one] - values[two]);
  const places = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]] === values[order[from]]) to += 1;
    for (let i = from; i <= to; i++) places[order[i]] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return places;
}

/** Spearman's correlation of two lists, over the entries that both define; NaN for fewer than three or without any spread. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const both = Array.from(a, (_, i) => i).filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
  if (both.length < 3) return Number.NaN;
  const [one, two] = [a, b].map((values) => ranks(both.map((i) => values[i])));
  const middle = (both.length + 1) / 2;
  let [product, squareOne, squareTwo] = [0, 0, 0];
  for (let i = 0; i < both.length; i++) {
    product += (one[i] - middle) * (two[i] - middle);
    squareOne += (one[i] - middle) ** 2;
    squareTwo += (two[i] - middle) ** 2;
  }
  return squareOne > 0 && squareTwo > 0 ? product / Math.sqrt(squareOne * squareTwo) : Number.NaN;
}

/** How much the order of the scores drawn is that of each other quantity of the same kind: other methods of one result. */
export function agreements(document: ResultDocument, drawn: Quantity): { label: string; value: number }[] {
  const own = find(document, drawn.name);
  if (!own) return [];
  return document.result.quantities
    .filter(({ name, scale }) => name !== drawn.name && scale === drawn.scale)
    .map(({ name, label }) => ({ label, value: spearman(own.data, find(document, name)?.data ?? []) }))
    .filter(({ value }) => !Number.isNaN(value));
}
