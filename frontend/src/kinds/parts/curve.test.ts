import { expect, test } from "vitest";
import { documentOf, layerCurve } from "../fixtures";
import { chosen } from "../result";
import { columnOf, curveOf, firstSeries, picked, seriesName, spread } from "./curve";

const curve = () => {
  const quantity = chosen(layerCurve, undefined);
  const made = quantity && curveOf(layerCurve, quantity, null);
  if (!made) throw new Error("no curve");
  return made;
};

test("labels move apart around where they belong, and stay inside", () => {
  expect(spread([10, 12, 100], 14, 100)).toEqual([4, 18, 100]);
  expect(spread([95, 99], 14, 100)).toEqual([86, 100]);
  expect(spread([0, 1, 2], 14, 100)).toEqual([0, 14, 28]);
  expect(spread([50, 20], 14, 100)).toEqual([50, 20]);
  // A block that is pushed onto its neighbour takes it in.
  expect(spread([40, 40, 54], 14, 100)).toEqual([30.666666666666668, 44.66666666666667, 58.66666666666667]);
});

test("labels that cannot all fit stand closer", () => {
  expect(spread([5, 5, 5], 14, 20)).toEqual([0, 10, 20]);
});

test("series have names that people read", () => {
  const document = documentOf("layer_curve", {
    quantities: [{ name: "loss", label: "cross-entropy", scale: "unc" }],
    facts: { labels: { custom: "as the method says" } },
  });
  expect(
    ["target_logprob", "loss", "custom", " Mary", "no_such_name"].map((name) => seriesName(document, name)),
  ).toEqual(["log p of target", "cross-entropy", "as the method says", "·Mary", "no such name"]);
});

test("bands belong to series, and a control is known by its name, unless it is a token", () => {
  const { series } = curve();
  expect(series[0]).toMatchObject({ low: [7, 3, 1], high: [9, 5, 3], control: false });
  expect(series[2].control).toBe(true);
  const tokens = documentOf("layer_curve", {
    quantities: [{ name: "p", label: "p", scale: "prob" }],
    dims: { p: ["series", "layer"] },
    coords: { series: [" control", "shuffled labels"] },
    p: [[1], [2]],
  });
  const quantity = tokens.result.quantities[0];
  expect(curveOf(tokens, quantity, null)?.series.map(({ control }) => control)).toEqual([false, true]);
});

test("values by position are those of the pinned one, or their mean", () => {
  const document = documentOf("layer_curve", {
    quantities: [{ name: "v", label: "v", scale: "mag" }],
    dims: { v: ["layer", "position"] },
    coords: { position: ["4", "7"] },
    v: [
      [1, 3],
      [2, null],
    ],
  });
  const quantity = document.result.quantities[0];
  expect(curveOf(document, quantity, null)).toMatchObject({ reduced: { mean: 2 }, series: [{ values: [2, 2] }] });
  expect(curveOf(document, quantity, { position: 7 })).toMatchObject({
    reduced: { position: 7 },
    series: [{ values: [3, Number.NaN] }],
  });
  expect(curveOf(document, quantity, { position: 1 })).toMatchObject({ reduced: { mean: 2 } });
});

test("rows and layers follow each other to a column", () => {
  expect(columnOf(curve(), { layer: 1 })).toBe(1);
  expect(columnOf(curve(), { position: 1 })).toBeNull();
});

test("of many series six are shown at first; colours stay theirs", () => {
  const document = documentOf("layer_curve", {
    quantities: [{ name: "v", label: "v", scale: "mag" }],
    dims: { v: ["series", "layer"] },
    coords: { series: ["a", "b", "c", "d", "e", "f", "g", "h"] },
    facts: { units: { h: "logits" } },
    v: Array.from({ length: 8 }, (_, i) => [i]),
  });
  const whole = curveOf(document, document.result.quantities[0], null);
  if (!whole) throw new Error("no curve");
  expect([...firstSeries(whole)]).toEqual([0, 1, 2, 3, 4, 5]);
  const some = picked(whole, new Set([7, 1]));
  expect(some.series.map(({ index, name }) => [index, name])).toEqual([
    [1, "b"],
    [7, "h"],
  ]);
  expect(some.units).toEqual(["", "logits"]);
});
