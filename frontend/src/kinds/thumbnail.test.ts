import { describe, expect, it } from "vitest";
import { thumbnailOf } from "./thumbnail";
import type { ResultDocument } from "./types";

function make(values: unknown, dims: string[], scale = "prob", limits: [number, number] | null = [0, 1]) {
  const quantities = [{ name: "v", label: "v", scale, limits }];
  return { result: { quantities, dims: { v: dims }, coords: {}, v: values } } as unknown as ResultDocument;
}

describe("a thumbnail", () => {
  it("holds the steps of a small grid, with the first row at the bottom", () => {
    const document = make(
      [
        [0, 1],
        [0.5, null],
      ],
      ["row", "position"],
    );
    expect(thumbnailOf(document)).toEqual({ scale: "prob", rows: 2, columns: 2, steps: [6, -1, 0, 12] });
  });

  it("pools a large grid: means of sizes, the largest of signed values", () => {
    const columns = Array.from({ length: 48 }, (_, i) => (i % 2 ? 1 : 0));
    expect(thumbnailOf(make([columns], ["row", "position"]))?.steps).toEqual(Array(24).fill(6));
    const effects = Array.from({ length: 48 }, (_, i) => (i % 2 ? -1 : 0.5));
    expect(thumbnailOf(make([effects], ["layer", "position"], "eff", [-1, 1]))?.steps).toEqual(Array(24).fill(0));
  });

  it("averages heads, and draws a single row of scores", () => {
    const patterns = [
      [
        [
          [1, 0],
          [0, 1],
        ],
        [
          [0, 1],
          [1, 0],
        ],
      ],
    ];
    expect(thumbnailOf(make(patterns, ["layer", "head", "query", "key"]))?.steps).toEqual([6, 6, 6, 6]);
    expect(thumbnailOf(make([0, 1], ["position"]))).toMatchObject({ rows: 1, columns: 2, steps: [0, 12] });
  });

  it("is nothing for a result without a quantity", () => {
    expect(thumbnailOf({ result: { quantities: [], dims: {} } } as unknown as ResultDocument)).toBeNull();
  });
});
