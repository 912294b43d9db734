/** A layer curve as plotly traces: one panel per unit, labels at the ends of lines, colours from the theme. */
import { labelEvery } from "../../charts/layout";
import { forcedColours, type Palette } from "../../charts/colour";
import { at, entryOf, find, indices, labels, roundUp } from "../result";
import type { Cell, NdArray, Quantity, ResultDocument } from "../types";
import { plotText } from "./plotly";

export interface Series {
  name: string;
  values: number[];
  low: number[] | null;
  high: number[] | null;
  unit: string;
  control: boolean;
}

export interface Curve {
  /** `row` or `layer`, or whatever else runs across. */
  dim: string;
  labels: string[];
  indices: number[];
  series: Series[];
  units: string[];
  /** How other dimensions were reduced: at the pinned position, or the mean over all. */
  reduced: { position: number } | { mean: number } | null;
}

const ACROSS = ["row", "layer", "step", "k"];

/** Values of one array by series and depth. */
function lines(nd: NdArray, across: string, position: number | null): number[][] {
  const [seriesAxis, acrossAxis, positionAxis] = ["series", across, "position"].map((dim) => nd.dims.indexOf(dim));
  const count = seriesAxis < 0 ? 1 : nd.shape[seriesAxis];
  const length = nd.shape[acrossAxis];
  const others = positionAxis < 0 ? [0] : position == null ? [...Array(nd.shape[positionAxis]).keys()] : [position];
  return Array.from({ length: count }, (_s, series) =>
    Array.from({ length }, (_x, x) => {
      let [sum, n] = [0, 0];
      for (const other of others) {
        const index = nd.dims.map((_, axis) =>
          axis === seriesAxis ? series : axis === acrossAxis ? x : axis === positionAxis ? other : 0,
        );
        const value = at(nd, ...index);
        if (Number.isNaN(value)) continue;
        sum += value;
        n += 1;
      }
      return n ? sum / n : Number.NaN;
    }),
  );
}

export function curveOf(document: ResultDocument, quantity: Quantity, pin: Cell | null): Curve | null {
  const nd = find(document, quantity.name);
  const dim =
    nd &&
    (ACROSS.find((name) => nd.dims.includes(name)) ?? nd.dims.find((name) => name !== "series" && name !== "position"));
  if (!nd || !dim) return null;
  const perPosition = nd.dims.includes("position");
  const positions = perPosition ? nd.shape[nd.dims.indexOf("position")] : 0;
  const position = perPosition && pin?.position != null && pin.position < positions ? pin.position : null;
  const length = nd.shape[nd.dims.indexOf(dim)];
  const seriesAxis = nd.dims.indexOf("series");
  const count = seriesAxis < 0 ? 1 : nd.shape[seriesAxis];
  const names = seriesAxis < 0 ? [quantity.label] : labels(document, "series", count);
  const bounds = ["low", "high"].map((name) => {
    const bound = find(document, name);
    return bound && bound.dims.join() === nd.dims.join() && document.result.quantities[0]?.name === quantity.name
      ? lines(bound, dim, position)
      : null;
  });
  const units = (document.result.facts?.units ?? {}) as Record<string, unknown>;
  const series = lines(nd, dim, position).map((values, i): Series => ({
    name: names[i],
    values,
    low: bounds[0]?.[i] ?? null,
    high: bounds[1]?.[i] ?? null,
    unit: typeof units[names[i]] === "string" ? String(units[names[i]]) : (quantity.unit ?? ""),
    control: /(^|[ _])(control|baseline|random|shuffled)/.test(names[i]),
  }));
  return {
    dim,
    labels: labels(document, dim, length),
    indices: indices(document, dim, length),
    series,
    units: [...new Set(series.map(({ unit }) => unit))],
    reduced: !perPosition ? null : position == null ? { mean: positions } : { position },
  };
}

/** The cell of the model at a column, and the column of a cell. */
export const cellOf = (curve: Curve, column: number): Cell =>
  curve.dim === "row" || curve.dim === "layer" ? { [curve.dim]: curve.indices[column] } : {};

export const columnOf = (curve: Curve, cell: Cell | null) =>
  curve.dim === "row"
    ? entryOf(curve.indices, cell?.row ?? cell?.layer)
    : curve.dim === "layer"
      ? entryOf(curve.indices, cell?.layer ?? cell?.row)
      : null;

/** The range of a panel's axis: fixed limits, else from zero to a round number beyond the data. */
export function rangeOf(
  series: readonly Series[],
  limits: readonly [number, number] | null | undefined,
  log: boolean,
): [number, number] {
  const values = series
    .flatMap(({ values: own, low, high }) => [...own, ...(low ?? []), ...(high ?? [])])
    .filter(Number.isFinite);
  if (log) {
    const positive = values.filter((x) => x > 0);
    return [Math.log10(Math.min(...positive)) - 0.05, Math.log10(Math.max(...positive)) + 0.05];
  }
  if (limits) return [limits[0], limits[1]];
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return [low < 0 ? -roundUp(-low) : 0, high > 0 ? roundUp(high) : low < 0 ? 0 : 1];
}

/** Moves labels apart so that none covers another: positions from the top, at least `space` apart, within the height. */
export function spread(wanted: readonly number[], space: number, height: number): number[] {
  const order = wanted.map((_, i) => i).sort((one, two) => wanted[one] - wanted[two]);
  const placed = [...wanted];
  let least = -Infinity;
  for (const i of order) least = (placed[i] = Math.max(placed[i], least)) + space;
  let most = height;
  for (const i of order.reverse()) most = (placed[i] = Math.min(placed[i], most)) - space;
  return placed;
}

export const SHAPES = ["circle", "square", "diamond", "triangle-up", "cross", "x"];
const DASHES = ["solid", "solid", "solid", "dash", "dot", "dashdot"];
const DASHES_ALONE = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

export const seriesColour = (palette: Palette, i: number): string =>
  forcedColours()
    ? palette.text
    : [palette.target, palette.distract, palette.a, palette.b, palette.fill.feat[8], palette.text2][i % 6];

export interface Plot {
  data: unknown[];
  layout: Record<string, unknown>;
  height: number;
  /** Index of the panel that a series is in. */
  panelOf: number[];
}

export interface PlotInput {
  curve: Curve;
  palette: Palette;
  width: number;
  limits: readonly [number, number] | null | undefined;
  log: boolean;
  measure: (text: string) => number;
}

const TOP = 12;
const BOTTOM = 20;
const PANEL = { one: 190, several: 132 };
const SPACE = 22;

export function plotOf({ curve, palette, width, limits, log, measure }: PlotInput): Plot {
  const panels = curve.units.map((unit) => curve.series.map((_, i) => i).filter((i) => curve.series[i].unit === unit));
  const each = panels.length > 1 ? PANEL.several : PANEL.one;
  const inner = panels.length * each + (panels.length - 1) * SPACE;
  const height = TOP + inner + BOTTOM;
  const last = curve.labels.length - 1;
  const margin = Math.min(140, 16 + Math.max(0, ...curve.series.map(({ name }) => measure(name))));
  const room = Math.max(80, width - 44 - margin);
  const every = labelEvery(
    room / Math.max(1, last),
    Math.max(26, Math.max(...curve.labels.map((label) => measure(label))) + 8),
  );
  const ticks = curve.labels.map((_, i) => i).filter((i) => i === last || (i % every === 0 && last - i >= every));
  const data: unknown[] = [];
  const annotations: unknown[] = [];
  const axes: Record<string, unknown> = {};
  const panelOf: number[] = [];
  panels.forEach((members, panel) => {
    const suffix = panel === 0 ? "" : String(panel + 1);
    const top = 1 - (panel * (each + SPACE)) / inner;
    const own = members.map((i) => curve.series[i]);
    const range = rangeOf(own, limits, log);
    axes[`yaxis${suffix}`] = {
      domain: [Math.max(0, top - each / inner), top],
      range,
      type: log ? "log" : "linear",
      nticks: panels.length > 1 ? 4 : 5,
      gridcolor: palette.line,
      zeroline: range[0] < 0,
      zerolinecolor: palette.lineStrong,
      showline: false,
      ticks: "",
      automargin: false,
      fixedrange: true,
      exponentformat: "power",
    };
    const share = (value: number) => {
      const v = log ? Math.log10(value) : value;
      return 1 - (v - range[0]) / (range[1] - range[0] || 1);
    };
    const ends = own.map(({ values }) => values.findLastIndex(Number.isFinite));
    const natural = own.map(({ values }, i) => (ends[i] < 0 ? 0 : share(values[ends[i]]) * each));
    const placed = spread(natural, 14, each);
    own.forEach((series, i) => {
      const index = members[i];
      panelOf[index] = panel;
      const colour = series.control ? palette.text3 : seriesColour(palette, index);
      const where = { xaxis: "x", yaxis: `y${suffix}` };
      data.push(...band(series, colour, where), line(series, index, colour, curve.series.length > 2, where));
      if (ends[i] < 0) return;
      annotations.push({
        text: plotText(series.name),
        x: ends[i],
        y: log ? Math.log10(series.values[ends[i]]) : series.values[ends[i]],
        xref: "x",
        yref: `y${suffix}`,
        xanchor: "left",
        xshift: 6 + (ends[i] < last ? ((last - ends[i]) * room) / Math.max(1, last) : 0),
        yshift: natural[i] - placed[i],
        showarrow: false,
        font: { color: colour, size: 11 },
      });
    });
    if (panels.length > 1 && curve.units[panel]) {
      annotations.push({
        text: plotText(curve.units[panel]),
        xref: "paper",
        x: 0,
        xanchor: "left",
        xshift: 4,
        yref: "paper",
        y: top,
        yanchor: "top",
        yshift: 12,
        showarrow: false,
        font: { color: palette.text3, size: 10 },
      });
    }
  });
  return {
    data,
    height,
    panelOf,
    layout: {
      width,
      height,
      margin: { l: 44, r: margin, t: TOP, b: BOTTOM, pad: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: palette.sans, size: 11, color: palette.text3 },
      showlegend: false,
      hovermode: false,
      dragmode: false,
      annotations,
      xaxis: {
        range: [-0.15, last + 0.15],
        tickvals: ticks,
        ticktext: ticks.map((i) => plotText(curve.labels[i])),
        showgrid: false,
        zeroline: false,
        showline: false,
        ticks: "",
        fixedrange: true,
        anchor: panels.length > 1 ? `y${panels.length}` : "y",
      },
      ...axes,
    },
  };
}

type Where = { xaxis: string; yaxis: string };

const gaps = (values: readonly number[]) => values.map((x) => (Number.isNaN(x) ? null : x));

function band({ low, high }: Series, colour: string, where: Where): unknown[] {
  if (!low || !high) return [];
  const known = low.map((_, i) => i).filter((i) => Number.isFinite(low[i]) && Number.isFinite(high[i]));
  if (known.length < 2) return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      x: [...known, ...[...known].reverse()],
      y: [...known.map((i) => high[i]), ...[...known].reverse().map((i) => low[i])],
      fill: "toself",
      fillcolor: colour,
      opacity: 0.14,
      line: { width: 0 },
      hoverinfo: "skip",
      ...where,
    },
  ];
}

function line(series: Series, i: number, colour: string, shapes: boolean, where: Where): unknown {
  return {
    type: "scatter",
    mode: shapes && !series.control && series.values.length <= 40 ? "lines+markers" : "lines",
    x: series.values.map((_, x) => x),
    y: gaps(series.values),
    line: {
      color: colour,
      width: series.control ? 1.25 : 1.75,
      dash: series.control ? "dot" : (forcedColours() ? DASHES_ALONE : DASHES)[i % DASHES.length],
    },
    marker: { symbol: SHAPES[i % SHAPES.length], size: 5 },
    hoverinfo: "skip",
    ...where,
  };
}
