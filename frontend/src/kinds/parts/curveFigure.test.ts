import { expect, test } from "vitest";
import { readPalette } from "../../charts/colour";
import { layerCurve } from "../fixtures";
import { chosen } from "../result";
import { curveOf } from "./curve";
import { isFlattened, plotOf, rangeOf, type PlotInput } from "./curveFigure";
import { plotText } from "./plotly";

const plot = (more: Partial<PlotInput> = {}) => {
  const quantity = chosen(layerCurve, undefined);
  const curve = quantity && curveOf(layerCurve, quantity, null);
  if (!curve) throw new Error("no curve");
  const palette = readPalette(document.documentElement);
  const measure = (text: string) => 6 * text.length;
  return plotOf({ curve, palette, width: 400, limits: null, log: false, zoom: null, measure, ...more });
};

interface Annotation {
  text: string;
  x: number;
  y: number;
  yshift: number;
}

test("text is shown as it is, whatever the library would read into it", () => {
  expect(plotText("<b>&%{x}</b>\n")).toBe("&lt;b&gt;&amp;%&#123;x}&lt;/b&gt;↵");
});

test("series of another unit stand in a panel of their own, named by it", () => {
  const made = plot();
  expect(made.panelOf).toEqual([0, 1, 0]);
  expect(made.layout).toHaveProperty("yaxis2");
  const annotations = made.layout.annotations as Annotation[];
  expect(annotations.map(({ text }) => text)).toEqual(["entropy", "control", "nats", "top-k overlap", "share"]);
});

test("limits of the quantity say nothing about series in other units", () => {
  const { layout } = plot({ limits: [0, 20] });
  expect(layout.yaxis).toMatchObject({ range: [0, 10] });
  expect(layout.yaxis2).toMatchObject({ range: [0, 1] });
});

test("an enlarged part has its own ticks, and labels at the last value in it", () => {
  const { layout } = plot({ zoom: [0, 1] });
  expect(layout.xaxis).toMatchObject({ range: [-0.15, 1.15], ticktext: ["emb", "1"] });
  const [entropy] = layout.annotations as Annotation[];
  expect(entropy).toMatchObject({ x: 1, y: 4 });
});

test("a label moved away from its line is led back to it", () => {
  expect(plot().layout.shapes).toEqual([]);
  const series = (index: number, values: number[]) => ({
    ...{ index, values, name: `s${index}`, unit: "", token: false, low: null, high: null, control: false },
  });
  const curve = {
    ...{ dim: "layer", labels: ["0", "1"], indices: [0, 1], units: [""], reduced: null },
    series: [series(0, [0, 5]), series(1, [9, 5])],
  };
  const { layout } = plot({ curve });
  expect((layout.annotations as Annotation[]).map(({ yshift }) => yshift)).toEqual([7, -7]);
  expect(layout.shapes).toMatchObject([
    { xanchor: 1, yanchor: 5, y1: 7 },
    { xanchor: 1, yanchor: 5, y1: -7 },
  ]);
});

test("axes start at zero and end at a round number", () => {
  const of = (values: number[]) => rangeOf([{ values, low: null, high: null }], null, false);
  expect(of([1, 38.6])).toEqual([0, 40]);
  expect(of([-0.4, 1.1])).toEqual([-0.4, 1.2]);
  expect(of([-3, -1])).toEqual([-3, 0]);
  expect(of([])).toEqual([0, 1]);
  expect(rangeOf([{ values: [1, 0, 100], low: null, high: null }], [0, 1], true)).toEqual([-0.05, 2.05]);
});

const one = (values: number[], name = "x") => ({
  index: 0,
  name,
  token: false,
  values,
  low: null,
  high: null,
  unit: "",
  control: false,
});
const curveWith = (series: ReturnType<typeof one>[]) => ({
  dim: "layer",
  labels: series[0].values.map((_, i) => String(i)),
  indices: series[0].values.map((_, i) => i),
  series,
  units: [...new Set(series.map(({ unit }) => unit))],
  reduced: null,
});

test("a logarithmic axis has plain round numbers, and only where the numbers of a panel span decades", () => {
  const { layout } = plot({
    curve: curveWith([one([1, 20, 300]), { ...one([1, 2, 3], "y"), unit: "nats" }]),
    log: true,
  });
  expect(layout.yaxis).toMatchObject({ type: "log", ticktext: ["1", "3", "10", "30", "100", "300"] });
  expect(layout.yaxis2).toMatchObject({ type: "linear" });
  expect(isFlattened([one([1, 2, 3, 400])])).toBe(true);
  expect(isFlattened([one([1, 200, 300, 400])])).toBe(false);
});

test("a name too long for its room is cut", () => {
  const { layout } = plot({ curve: curveWith([one([1, 2], "When Mary and John went to the store")]), width: 300 });
  const [label] = layout.annotations as Annotation[];
  expect(label.text).toBe("When Mary and…");
});
