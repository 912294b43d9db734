import { expect, test } from "vitest";
import { documentOf } from "../fixtures";
import { agreements, questionOf, scoresOf, spearman, sumOf } from "./scores";

const EFFECT = { name: "v", label: "v", scale: "eff" as const };

test("the question is read from facts, whether token, text or several", () => {
  const of = (facts: Record<string, unknown>) => questionOf(documentOf("token_scores", { facts }));
  expect(of({ target: { text: " Mary", id: 3 }, distractor: " John" })).toEqual({
    target: "·Mary",
    distractor: "·John",
  });
  expect(of({ target: [" he", { text: " she" }], distractor: null })).toEqual({ target: "·he ·she", distractor: "" });
  expect(of({ target: 3 })).toEqual({ target: "", distractor: "" });
});

test("without the first token its score is gone, and its share is told", () => {
  const { values, held } = scoresOf([3, -1, 2], [0, 1, 2], EFFECT, "hidden");
  expect([...values]).toEqual([Number.NaN, -1, 2]);
  expect(held).toBeCloseTo(0.5);
  expect(sumOf(values)).toBe(1);
  expect(scoresOf([3, -1], [0, 1], EFFECT)).toMatchObject({ held: null });
  expect(scoresOf([3, -1], [4, 5], EFFECT, "hidden").held).toBeNull();
  expect(scoresOf([3, 1], [0, 1], { ...EFFECT, scale: "unc" }, "hidden").held).toBeNull();
});

test("rank correlation", () => {
  expect(spearman([1, 2, 3, 4], [10, 20, 30, 900])).toBe(1);
  expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
  // Ties share the mean of their places: 1.5, 1.5, 3 against 1, 2, 3.
  expect(spearman([5, 5, 9], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2);
  expect(spearman([1, Number.NaN, 3, 4], [1, 2, 3, Number.NaN])).toBeNaN();
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
});

test("methods of one result are compared with the one drawn", () => {
  const document = documentOf("token_scores", {
    quantities: [EFFECT, { ...EFFECT, name: "w", label: "occlusion" }, { name: "n", label: "norm", scale: "mag" }],
    dims: { v: ["position"], w: ["position"], n: ["position"] },
    v: [1, 2, 3],
    w: [1, 3, 2],
    n: [1, 2, 3],
  });
  expect(agreements(document, EFFECT)).toEqual([{ label: "occlusion", value: 0.5 }]);
});
