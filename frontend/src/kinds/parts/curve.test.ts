import { expect, test } from "vitest";
import { readPalette } from "../../charts/colour";
import { documentOf, layerCurve } from "../fixtures";
import { chosen } from "../result";
import { curveOf, plotOf, rangeOf, spread } from "./curve";
import { plotText } from "./plotly";

const curve = () => {
  const quantity = chosen(layerCurve, undefined);
  const made = quantity && curveOf(layerCurve, quantity, null);
  if (!made) throw new Error("no curve");
  return made;
};

test("text is shown as it is, whatever the library would read into it", () => {
  expect(plotText("<b>&%{x}</b>\n")).toBe("&lt;b&gt;&amp;%&#123;x}&lt;/b&gt;↵");
});

test("labels move apart and stay inside", () => {
  expect(spread([10, 12, 100], 14, 100)).toEqual([10, 24, 100]);
  expect(spread([95, 99], 14, 100)).toEqual([86, 100]);
  expect(spread([50], 14, 100)).toEqual([50]);
});

test("series of another unit stand in a panel of their own", () => {
  expect(curve().units).toEqual(["nats", "share"]);
  const plot = plotOf({
    curve: curve(),
    palette: readPalette(document.documentElement),
    width: 400,
    limits: null,
    log: false,
    measure: (text) => 6 * text.length,
  });
  expect(plot.panelOf).toEqual([0, 1, 0]);
  expect(plot.layout).toHaveProperty("yaxis2");
  const annotations = plot.layout.annotations as { text: string }[];
  expect(annotations.map(({ text }) => text)).toEqual(["entropy", "control", "nats", "overlap", "share"]);
});

test("bands belong to series, and a control is known by its name", () => {
  const { series } = curve();
  expect(series[0]).toMatchObject({ low: [7, 3, 1], high: [9, 5, 3], control: false });
  expect(series[2].control).toBe(true);
});

test("values by position are those of the pinned one, or their mean", () => {
  const document = documentOf("layer_curve", {
    quantities: [{ name: "v", label: "v", scale: "mag" }],
    dims: { v: ["layer", "position"] },
    v: [
      [1, 3],
      [2, null],
    ],
  });
  const quantity = document.result.quantities[0];
  expect(curveOf(document, quantity, null)).toMatchObject({ reduced: { mean: 2 }, series: [{ values: [2, 2] }] });
  expect(curveOf(document, quantity, { position: 1 })).toMatchObject({
    reduced: { position: 1 },
    series: [{ values: [3, Number.NaN] }],
  });
});

test("axes start at zero and end at a round number", () => {
  const of = (values: number[]) =>
    rangeOf([{ name: "", values, low: null, high: null, unit: "", control: false }], null, false);
  expect(of([1, 38.6])).toEqual([0, 40]);
  expect(of([-0.4, 1.1])).toEqual([-0.4, 1.2]);
  expect(of([-3, -1])).toEqual([-3, 0]);
  expect(of([])).toEqual([0, 1]);
});
