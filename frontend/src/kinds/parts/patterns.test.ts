import { expect, test } from "vitest";
import { documentOf, headMatrices } from "../fixtures";
import { chosen } from "../result";
import type { ResultDocument, Scale } from "../types";
import {
  attentionOf,
  canScore,
  firstHead,
  fitsLines,
  heldByFirst,
  heldInAll,
  linksOf,
  lookedAt,
  patternsOf,
  rankHeads,
  scoreOf,
  stepsOf,
  strongestOf,
} from "./patterns";
import { ABSENT } from "../../charts/paint";

const attention = (document: ResultDocument, first?: "shown" | "hidden" | "renormalised") => {
  const quantity = chosen(document, undefined);
  if (!quantity) throw new Error("nothing is drawn");
  return attentionOf(document, quantity, first);
};

/** One head of a document. */
const head = (rows: (number | null)[][], scale: Scale = "attn") =>
  documentOf("head_matrices", {
    quantities: [{ name: "pattern", label: "weight", scale }],
    dims: { pattern: ["layer", "head", "query", "key"] },
    pattern: [[rows]],
  });

const uniform = head([
  [1, 0, 0],
  [1 / 2, 1 / 2, 0],
  [1 / 3, 1 / 3, 1 / 3],
]);

test("what a causal query cannot see is no link", () => {
  const seen = attention(uniform);
  expect(seen.causal).toBe(true);
  expect(seen.weight(0, 0, 0, 1)).toBeNaN();
  expect(linksOf(seen, 0, 0, 0)).toMatchObject({ total: 6, shown: { length: 6 } });
  expect([...stepsOf(seen, 0, 0, 0)]).toEqual([12, ABSENT, ABSENT, 6, 6, ABSENT, 4, 4, 4]);
});

test("links below the threshold are counted, and drawn as nothing", () => {
  const seen = attention(uniform);
  expect(linksOf(seen, 0, 0, 0.4)).toMatchObject({
    total: 6,
    shown: [
      { query: 0, key: 0, weight: 1 },
      { query: 1, key: 0 },
      { query: 1, key: 1 },
    ],
  });
  expect([...stepsOf(seen, 0, 0, 0.4)].slice(6)).toEqual([0, 0, 0]);
});

test("signed links are drawn by their size", () => {
  const signed = attention(
    head(
      [
        [2, 0],
        [-3, 0.5],
      ],
      "eff",
    ),
  );
  expect(linksOf(signed, 0, 0, 1).shown.map(({ weight }) => weight)).toEqual([2, -3]);
  // The highest score before the softmax is looked at most, whatever its sign.
  expect(lookedAt(signed, 0, 0, 1).map(({ weight }) => weight)).toEqual([0.5, -3]);
  expect(stepsOf(signed, 0, 0, 1)[3]).toBe(12);
});

test("differences are the larger the further they are from 0", () => {
  const difference = attention(
    head(
      [
        [0, 0],
        [-0.3, 0.2],
      ],
      "dif",
    ),
  );
  expect(lookedAt(difference, 0, 0, 1).map(({ weight }) => weight)).toEqual([-0.3, 0.2]);
});

test("hidden, the first token is no column", () => {
  const rest = attention(uniform, "hidden");
  expect(rest.skipped).toBe(1);
  expect(patternsOf(rest).size).toEqual([3, 2]);
  expect(patternsOf(rest).weight(0, 0, 2, 0)).toBeCloseTo(1 / 3);
  expect(linksOf(rest, 0, 0, 0).total).toBe(3);
  expect([...stepsOf(rest, 0, 0, 0)]).toEqual([ABSENT, ABSENT, 6, ABSENT, 4, 4]);
});

test("renormalised, a row is divided by what the first token leaves", () => {
  const rest = attention(
    head([
      [1, 0, 0],
      [0.9, 0.1, 0],
      [0.6, 0.3, 0.1],
    ]),
    "renormalised",
  );
  expect(rest.weight(0, 0, 1, 1)).toBeCloseTo(1);
  expect(rest.weight(0, 0, 2, 1)).toBeCloseTo(0.75);
  expect(rest.weight(0, 0, 2, 2)).toBeCloseTo(0.25);
  expect(rest.weight(0, 0, 2, 0)).toBeNaN();
});

test("a row whose first token holds everything is undefined when renormalised", () => {
  const rest = attention(
    head([
      [1, 0],
      [1, 0],
    ]),
    "renormalised",
  );
  expect(rest.weight(0, 0, 1, 1)).toBeNaN();
});

test("only shares of attention are renormalised", () => {
  const lengths = head(
    [
      [4, 0],
      [4, 2],
    ],
    "mag",
  );
  expect(attention(lengths, "renormalised")).toMatchObject({ firstToken: "hidden", skipped: 1 });
  expect(heldInAll(attention(lengths))).toBeNaN();
});

test("a slice without the first token has none to leave out", () => {
  const later = documentOf("head_matrices", {
    ...head([[0.5, 0.5]]).result,
    coords: { query: ["9"], key: ["8", "9"] },
  });
  expect(attention(later, "hidden")).toMatchObject({ firstToken: "shown", skipped: 0, keys: [8, 9], queries: [9] });
});

test("the share that the first token holds leaves its own row out", () => {
  expect(heldByFirst(attention(uniform), 0, 0)).toBeCloseTo((1 / 2 + 1 / 3) / 2);
  expect(heldInAll(attention(headMatrices))).toBeCloseTo((0.9 + 0.8 + 0.5 + 0.2) / 4);
  // Whatever is left out of the figure, the share is that of the document.
  expect(heldInAll(attention(headMatrices, "hidden"))).toBeCloseTo(0.6);
});

test("entropy is 1 for even rows and 0 for single links", () => {
  expect(scoreOf(attention(uniform), "entropy", 0, 0)).toBeCloseTo(1);
  const single = attention(
    head([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]),
  );
  expect(scoreOf(single, "entropy", 0, 0)).toBe(0);
  const half = attention(
    head([
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0.5, 0.5, 0, 0],
    ]),
  );
  // Rows of one visible key do not count: 0, 0 and ln 2 / ln 4.
  expect(scoreOf(half, "entropy", 0, 0)).toBeCloseTo(0.5 / 3);
});

test("a head that looks one back scores 1 for it", () => {
  const back = attention(
    head([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]),
  );
  expect(scoreOf(back, "previous", 0, 0)).toBe(1);
  expect(scoreOf(attention(uniform), "previous", 0, 0)).toBeCloseTo((1 / 2 + 1 / 3) / 2);
});

test("heads are ranked by a score, highest first", () => {
  const both = attention(headMatrices);
  expect(rankHeads(both, "first").map(({ head: entry }) => entry)).toEqual([0, 1]);
  expect(rankHeads(both, "entropy").map(({ head: entry }) => entry)).toEqual([1, 0]);
  expect(canScore(both)).toBe(true);
  expect(canScore(attention(head([[1]], "eff")))).toBe(false);
});

test("the strongest link is beyond the first token, and the head shown first has it", () => {
  const both = attention(headMatrices);
  expect(strongestOf(both, 0, 1)).toEqual({ query: 2, key: 1, weight: 0.7 });
  expect(firstHead(both)).toEqual([0, 1]);
});

test("the head shown first looks further back than to the token before, where one does", () => {
  const [back, far] = [
    [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ],
    [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0.4, 0.6, 0, 0],
    ],
  ];
  const two = documentOf("head_matrices", { ...head(back).result, pattern: [[back, far]] });
  expect(firstHead(attention(two))).toEqual([0, 1]);
});

test("lines are for short texts", () => {
  const square = (size: number) => attention(head(Array.from({ length: size }, () => new Array<number>(size).fill(0))));
  expect(fitsLines(square(32))).toBe(true);
  expect(fitsLines(square(33))).toBe(false);
});

test("shared limits hold for the steps", () => {
  const quantity = { name: "pattern", label: "weight", scale: "mag" as const };
  const values = head([[2]], "mag");
  expect(stepsOf(attentionOf(values, quantity), 0, 0, 0)[0]).toBe(12);
  expect(stepsOf(attentionOf(values, quantity, "shown", { pattern: [0, 4] }), 0, 0, 0)[0]).toBe(6);
});
