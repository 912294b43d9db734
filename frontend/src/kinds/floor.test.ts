import { describe, expect, test } from "vitest";
import { differenceOf } from "./difference";
import { documentOf, tokensOf } from "./fixtures";
import { withFloor } from "./floor";
import type { ResultDocument } from "./types";

const grid = (...values: (number | null)[]): ResultDocument =>
  documentOf("token_scores", {
    quantities: [{ name: "score", label: "score", scale: "mag" }],
    dims: { score: ["position"] },
    tokens: tokensOf(values.map((_, i) => `t${i}`)),
    score: values,
  });

const checkOf = (a: ResultDocument, b: ResultDocument, again: ResultDocument) => {
  const { document } = differenceOf(a, b, "position");
  return document && withFloor(document, a, again).checks.find(({ name }) => name === "floor");
};

describe("the floor of a comparison", () => {
  const a = grid(1, 2, 3, 4);

  test("counts what differs by more than rounding", () => {
    const check = checkOf(a, grid(1.05, 2, 4, 2), grid(1.1, 2, 3, 4));
    expect(check).toMatchObject({ verdict: "ok", label: "beyond rounding: 2 of 4" });
    expect(check?.value).toBeCloseTo(2);
    expect(check?.control).toBeCloseTo(0.1);
  });

  test("warns where nothing does", () => {
    expect(checkOf(a, grid(1.05, 2, 3, 4), grid(1.1, 2, 3, 4))).toMatchObject({ verdict: "warn" });
  });

  test("undefined values do not count", () => {
    expect(checkOf(a, grid(null, 2, 3, 9), grid(1.1, 2, 3, 4))?.label).toBe("beyond rounding: 1 of 3");
  });

  test("a difference without a partner for A stays as it is", () => {
    const { document } = differenceOf(a, grid(1, 2, 3, 5), "position");
    if (!document) throw new Error("no difference");
    const other = documentOf("table", { quantities: [], dims: {} });
    expect(withFloor(document, a, other)).toBe(document);
  });
});
