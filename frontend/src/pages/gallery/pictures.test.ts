import { describe, expect, it } from "vitest";
import { documentOf, headGrid, layerCurve, tokenScores, unknown } from "../../kinds/fixtures";
import { histogram } from "../../kinds/samples/lists";
import { pictureOf, type Picture } from "./pictures";

function as<F extends Picture["form"]>(form: F, picture: Picture | null): Extract<Picture, { form: F }> {
  expect(picture?.form).toBe(form);
  return picture as Extract<Picture, { form: F }>;
}

describe("the picture of a finding", () => {
  it("is the cells of a grid", () => {
    expect(as("cells", pictureOf(headGrid)).thumbnail).toMatchObject({ rows: 2, columns: 2 });
  });

  it("has more cells than a stamp", () => {
    const values = Array.from({ length: 30 }, (_, i) => Array.from({ length: 30 }, (_, j) => (i === j ? 1 : 0)));
    const quantities = [{ name: "v", label: "v", scale: "attn" as const }];
    const matrix = documentOf("similarity", { quantities, dims: { v: ["one", "other"] }, v: values });
    expect(as("cells", pictureOf(matrix)).thumbnail).toMatchObject({ rows: 24, columns: 30 });
  });

  it("is the lines of a curve that share its unit, with the control marked", () => {
    const { lines } = as("lines", pictureOf(layerCurve));
    expect(lines.map(({ index, control }) => [index, control])).toEqual([
      [0, false],
      [2, true],
    ]);
    const [falling, level] = lines.map(({ values }) => values);
    expect(falling[0]).toBeGreaterThan(falling[2]);
    expect(new Set(level).size).toBe(1);
    expect(Math.max(...falling)).toBeLessThanOrEqual(1);
  });

  it("is bars for values along one dimension, up and down from zero", () => {
    const { bars, zero } = as("bars", pictureOf(tokenScores));
    expect(bars.map(({ to }) => Math.sign(Number((to - zero).toFixed(6))))).toEqual([0, 1, 1, -1]);
    expect(bars[2].step).not.toBe(bars[3].step);
  });

  it("is bars for a histogram, the highest count to the top", () => {
    const { bars } = as("bars", pictureOf(histogram().document));
    expect(bars).toHaveLength(40);
    expect(Math.max(...bars.map(({ to }) => to))).toBe(bars[0].to);
  });

  it("is points of a cloud, by class", () => {
    const cloud = documentOf("scatter", {
      dims: { x: ["point"], y: ["point"], class: ["point"] },
      x: [0, 1, 2],
      y: [0, 1, 0],
      class: ["a", "b", "a"],
    });
    const { classes } = as("points", pictureOf(cloud));
    expect(classes.map(({ index, points }) => [index, points.length])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(classes.flatMap(({ points }) => points.flat()).every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it("is two texts from a little before they part", () => {
    const shared = Array.from({ length: 10 }, (_, i) => ` w${i}`);
    const pair = documentOf("text_pair", {
      tokens: [],
      dims: { token: ["side", "position"] },
      coords: { side: ["without", "with"] },
      token: [
        [...shared, " sad"],
        [...shared, " glad"],
      ],
    });
    expect(as("texts", pictureOf(pair)).sides).toEqual([
      { name: "without", text: "w4 w5 w6 w7 w8 w9 sad" },
      { name: "with", text: "w4 w5 w6 w7 w8 w9 glad" },
    ]);
  });

  it("is nothing for a result without a quantity", () => {
    expect(pictureOf(unknown)).toBeNull();
  });
});
