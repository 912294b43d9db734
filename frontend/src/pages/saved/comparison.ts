/** Whether a result that was computed anew is the one that was stored. */
import { find, texts } from "../../kinds/result";
import type { NdArray, ResultDocument } from "../../kinds/types";

/** Numbers that differ by no more than this say the same. */
export const CLOSE = 1e-4;

export type Agreement =
  | { kind: "identical" }
  | { kind: "close"; largest: number }
  /** Some number differs by more. */
  | { kind: "changed"; largest: number; array: string }
  /** Numbers agree, words (the likeliest tokens, say) do not. */
  | { kind: "words"; count: number; array: string }
  /** An array has another form, or is there in one of the two only. */
  | { kind: "form"; array: string };

/** Compares every array of two results, in the order of the first. */
export function agreementOf(stored: ResultDocument, anew: ResultDocument): Agreement {
  let [largest, where] = [0, ""];
  let words: Agreement | null = null;
  const names = new Set([...Object.keys(stored.result.dims), ...Object.keys(anew.result.dims)]);
  for (const array of names) {
    const [text, otherText] = [texts(stored, array), texts(anew, array)];
    if (text && otherText && text.data.length === otherText.data.length) {
      const count = text.data.filter((word, i) => word !== otherText.data[i]).length;
      if (count > 0) words ??= { kind: "words", count, array };
      continue;
    }
    const [numbers, otherNumbers] = [find(stored, array), find(anew, array)];
    if (!numbers || !otherNumbers || String(numbers.shape) !== String(otherNumbers.shape))
      return { kind: "form", array };
    const apart = distance(numbers, otherNumbers);
    if (apart > largest) [largest, where] = [apart, array];
  }
  if (largest > CLOSE) return { kind: "changed", largest, array: where };
  return words ?? (largest > 0 ? { kind: "close", largest } : { kind: "identical" });
}

/** The largest difference between two arrays; infinite where only one of them has a number. */
function distance({ data }: NdArray, { data: other }: NdArray): number {
  let largest = 0;
  for (let i = 0; i < data.length; i += 1) {
    if (Object.is(data[i], other[i])) continue;
    const apart = Math.abs(data[i] - other[i]);
    largest = Math.max(largest, Number.isNaN(apart) ? Infinity : apart);
  }
  return largest;
}
