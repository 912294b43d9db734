import { describe, expect, it } from "vitest";
import type { ResultDocument } from "../../kinds/types";
import { agreementOf } from "./comparison";

const document = (arrays: Record<string, unknown>): ResultDocument =>
  ({
    result: { dims: Object.fromEntries(Object.keys(arrays).map((name) => [name, ["layer"]])), ...arrays },
  }) as unknown as ResultDocument;

describe("a result that is computed anew", () => {
  const stored = document({ score: [1, null, 3], word: ["a", "b", "c"] });

  it("is identical when every number and word is, undefined ones too", () => {
    const anew = document({
      score: { data: Float32Array.of(1, Number.NaN, 3), shape: [3] },
      word: ["a", "b", "c"],
    });
    expect(agreementOf(stored, anew)).toEqual({ kind: "identical" });
  });

  it("is close up to 1e−4, and says by how much", () => {
    const close = agreementOf(stored, document({ score: [1, null, 3.00005], word: ["a", "b", "c"] }));
    expect(close.kind).toBe("close");
    expect(close.kind === "close" && close.largest).toBeCloseTo(0.00005, 8);
  });

  it("has changed by the largest difference, in the array where it is", () => {
    const anew = document({ score: [1.001, null, 3.5], word: ["a", "b", "x"] });
    expect(agreementOf(stored, anew)).toEqual({ kind: "changed", largest: 0.5, array: "score" });
  });

  it("has changed where a number is undefined on one side only", () => {
    const anew = document({ score: [1, 2, 3], word: ["a", "b", "c"] });
    expect(agreementOf(stored, anew)).toEqual({ kind: "changed", largest: Infinity, array: "score" });
  });

  it("names words that changed while the numbers agree", () => {
    const anew = document({ score: [1, null, 3], word: ["x", "b", "y"] });
    expect(agreementOf(stored, anew)).toEqual({ kind: "words", count: 2, array: "word" });
  });

  it.each([
    [document({ score: [1, null], word: ["a", "b", "c"] }), "score"],
    [document({ score: [1, null, 3] }), "word"],
    [document({ score: [1, null, 3], word: ["a", "b", "c"], more: [1] }), "more"],
  ])("says so when an array has another form or is missing", (anew, array) => {
    expect(agreementOf(stored, anew)).toEqual({ kind: "form", array });
  });
});
