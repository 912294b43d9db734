/** A layer curve as plotly traces: one panel per unit, labels at the ends of lines, colours from the theme. */
import { forcedColours, type Palette } from "../../charts/colour";
import { labelEvery } from "../../charts/layout";
import { scientific } from "../../ui/numbers";
import { roundUp } from "../result";
import { seriesColour, SHAPES, spread, type Curve, type Series } from "./curve";
import { plotText } from "./plotly";

/** The range of a panel's axis: fixed limits, else from zero to a round number beyond the data. */
export function rangeOf(
  series: readonly Pick<Series, "values" | "low" | "high">[],
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

/** Numbers that a linear axis would flatten onto its ground. */
export function spansDecades(series: readonly Pick<Series, "values">[]): boolean {
  const values = series.flatMap((one) => one.values).filter(Number.isFinite);
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) / least > 40;
}

/** On a linear axis most of them would lie on its ground: half are below a twentieth of the largest. */
export function isFlattened(series: readonly Pick<Series, "values">[]): boolean {
  const values = series
    .flatMap((one) => one.values)
    .filter(Number.isFinite)
    .sort((one, two) => one - two);
  return values.length > 0 && values[Math.floor(values.length / 2)] < values[values.length - 1] / 20;
}

/** Powers of ten, and where there are few of them also what lies between; as plain numbers. */
function logTicks([low, high]: readonly [number, number]): { tickvals: number[]; ticktext: string[] } {
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
  const between = high - low > 3 ? [1] : high - low > 1.6 ? [1, 3] : [1, 2, 5];
  const tickvals = powers
    .flatMap((power) => between.map((factor) => Number((factor * 10 ** power).toPrecision(1))))
    .filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
  return {
    tickvals,
    ticktext: tickvals.map((value) => (value < 1e-3 || value >= 1e6 ? scientific(value) : `${value}`)),
  };
}

const DASHES = ["solid", "solid", "solid", "dash", "dot", "dashdot"];
const DASHES_ALONE = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
/** The colour of a series. A control is grey, A and B of a comparison have their own. */
export function colourOf(
  palette: Palette,
  { index, name, control }: Pick<Series, "index" | "name" | "control">,
): string {
  if (forcedColours()) return palette.text;
  if (control) return palette.text3;
  if (name === "A") return palette.a;
  return name === "B" ? palette.b : seriesColour(palette, index);
}

function dashOf({ index, name, control }: Series): string {
  if (control) return "dot";
  if (name === "A" || name === "B") return name === "A" ? "solid" : "dash";
  return (forcedColours() ? DASHES_ALONE : DASHES)[index % DASHES.length];
}

const shapeOf = ({ index }: Series): string => SHAPES[index % SHAPES.length] + (index < SHAPES.length ? "" : "-open");

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
  /** The columns between which the axis is; all when null. */
  zoom: readonly [number, number] | null;
  measure: (text: string) => number;
}

const LEFT = 44;
const TOP = { unit: 24, none: 10 };
const BOTTOM = 20;
const PANEL = { one: 182, several: 132 };
const SPACE = 34;
const LABEL = 14;
/** Labels moved further than this from their line's end are led back to it. */
const LED = 5;
/** Room for names at the ends of lines; longer ones are cut. */
const MARGIN = 180;
/** Beyond the first and last column, so that markers are drawn whole. */
export const BEYOND = 0.15;

interface Frame extends PlotInput {
  first: number;
  last: number;
  /** Height of one panel, and width of the axis, in pixels. */
  each: number;
  room: number;
  /** Right of the axis. */
  margin: number;
}

export function plotOf(input: PlotInput): Plot {
  const { curve, palette, width, limits, zoom, measure } = input;
  const [first, last] = zoom ?? [0, curve.labels.length - 1];
  const panels = curve.units.map((unit) => curve.series.filter((series) => series.unit === unit));
  const several = panels.length > 1;
  const above = curve.units[0] ? TOP.unit : TOP.none;
  const each = several ? PANEL.several : PANEL.one;
  const inner = panels.length * each + (panels.length - 1) * SPACE;
  const names = Math.min(MARGIN, width / 3);
  const margin = Math.min(names, 20 + Math.max(0, ...curve.series.map(({ name }) => measure(name))));
  const frame: Frame = { ...input, first, last, each, room: Math.max(80, width - LEFT - margin), margin };
  const drawn = panels.map((members, panel) => {
    const top = 1 - (panel * (each + SPACE)) / inner;
    // Limits are those of one quantity: they say nothing about series in other units.
    return panelOf(frame, {
      members,
      unit: curve.units[panel],
      panel,
      top,
      bottom: top - each / inner,
      limits: several ? null : limits,
    });
  });
  return {
    data: drawn.flatMap(({ data }) => data),
    height: above + inner + BOTTOM,
    panelOf: curve.series.map(({ unit }) => curve.units.indexOf(unit)),
    layout: {
      width,
      height: above + inner + BOTTOM,
      margin: { l: LEFT, r: margin, t: above, b: BOTTOM, pad: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: palette.sans, size: 11, color: palette.text3 },
      showlegend: false,
      hovermode: false,
      dragmode: false,
      annotations: drawn.flatMap(({ annotations }) => annotations),
      shapes: drawn.flatMap(({ shapes }) => shapes),
      xaxis: { ...columnAxis(frame), anchor: several ? `y${panels.length}` : "y" },
      ...Object.fromEntries(drawn.map(({ axis }, panel) => [`yaxis${suffixOf(panel)}`, axis])),
    },
  };
}

const suffixOf = (panel: number) => (panel === 0 ? "" : String(panel + 1));

function columnAxis({ curve, first, last, room, measure }: Frame) {
  const named = curve.labels.slice(first, last + 1);
  const widest = Math.max(26, ...named.map((label) => measure(label) + 8));
  const every = labelEvery(room / Math.max(1, last - first), widest);
  const ticks = curve.labels
    .map((_, i) => i)
    .filter((i) => i >= first && i <= last && (i === last || ((i - first) % every === 0 && last - i >= every)));
  return {
    range: [first - BEYOND, last + BEYOND],
    tickvals: ticks,
    ticktext: ticks.map((i) => plotText(curve.labels[i])),
    showgrid: false,
    zeroline: false,
    showline: false,
    ticks: "",
    fixedrange: true,
  };
}

interface PanelInput {
  members: readonly Series[];
  unit: string;
  panel: number;
  /** In shares of the figure. */
  top: number;
  bottom: number;
  limits: PlotInput["limits"];
}

/** One panel: its axis, its lines and bands, their labels and its unit. */
function panelOf(frame: Frame, { members, unit, panel, top, bottom, limits }: PanelInput) {
  const { palette, curve } = frame;
  const log = frame.log && spansDecades(members);
  const where = { xaxis: "x", yaxis: `y${suffixOf(panel)}` };
  const range = rangeOf(members, limits, log);
  const marked = curve.series.length > 2;
  const labels = labelsOf({ ...frame, log }, members, range, where.yaxis);
  return {
    data: members.flatMap((series) => [
      ...band(series, colourOf(palette, series), where),
      line(series, colourOf(palette, series), marked, where),
    ]),
    annotations: [...labels.annotations, ...(unit ? [unitLabel(unit, top, palette)] : [])],
    shapes: labels.shapes,
    axis: {
      domain: [Math.max(0, bottom), top],
      range,
      type: log ? "log" : "linear",
      nticks: curve.units.length > 1 ? 4 : 5,
      ...(log ? logTicks(range) : {}),
      gridcolor: palette.line,
      zeroline: range[0] < 0,
      zerolinecolor: palette.lineStrong,
      showline: false,
      ticks: "",
      automargin: false,
      fixedrange: true,
      exponentformat: "power",
    },
  };
}

/** Names of series at the ends of their lines, apart from each other. */
function labelsOf(
  { first, last, each, room, margin, log, palette, measure }: Frame,
  members: readonly Series[],
  range: [number, number],
  axis: string,
) {
  const level = (value: number) => (log ? Math.log10(value) : value);
  const share = (value: number) => 1 - (level(value) - range[0]) / (range[1] - range[0] || 1);
  const inView = ({ values }: Series) =>
    values.findLastIndex((value, i) => i >= first && i <= last && Number.isFinite(level(value)));
  const named = members.map((series) => ({ series, end: inView(series) })).filter(({ end }) => end >= 0);
  const natural = named.map(({ series, end }) => Math.max(0, Math.min(1, share(series.values[end]))) * each);
  const placed = spread(natural, LABEL, each);
  const shapes: unknown[] = [];
  const annotations = named.map(({ series, end }, i) => {
    const colour = colourOf(palette, series);
    const [x, y] = [end, level(series.values[end])];
    const beyond = ((last - end) * room) / Math.max(1, last - first);
    const shift = natural[i] - placed[i];
    if (Math.abs(shift) > LED || beyond > LABEL)
      shapes.push(leader(x, log ? series.values[end] : y, beyond, shift, axis, palette));
    return {
      text: plotText(fitted(series.name, margin - 14, measure)),
      x,
      y,
      xref: "x",
      yref: axis,
      xanchor: "left",
      xshift: 10 + beyond,
      yshift: shift,
      showarrow: false,
      font: { color: colour, size: 11, ...(series.token ? { family: palette.mono } : {}) },
    };
  });
  return { annotations, shapes };
}

/** As much of a name as there is room for. */
function fitted(name: string, room: number, measure: (text: string) => number): string {
  if (measure(name) <= room) return name;
  const letters = [...name];
  while (letters.length > 1 && measure(`${letters.join("")}…`) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** A fine line from the end of a line to its label. */
const leader = (x: number, y: number, beyond: number, shift: number, axis: string, palette: Palette) => ({
  type: "line",
  xref: "x",
  yref: axis,
  xsizemode: "pixel",
  ysizemode: "pixel",
  xanchor: x,
  yanchor: y,
  x0: 5,
  y0: 0,
  x1: 10 + beyond,
  y1: shift,
  line: { color: palette.lineStrong, width: 1 },
});

/** The unit stands above its axis: nobody should read nats as logits. */
const unitLabel = (unit: string, top: number, palette: Palette) => ({
  text: plotText(unit),
  xref: "paper",
  x: 0,
  xanchor: "left",
  xshift: 8 - LEFT,
  yref: "paper",
  y: top,
  yanchor: "bottom",
  yshift: 8,
  showarrow: false,
  font: { color: palette.text3, size: 11 },
});

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

/** Markers of every point only where their shapes tell lines apart and do not run together. */
const MARKED = 40;

function line(series: Series, colour: string, shapes: boolean, where: Where): unknown {
  return {
    type: "scatter",
    mode: shapes && !series.control && series.values.length <= MARKED ? "lines+markers" : "lines",
    x: series.values.map((_, x) => x),
    y: gaps(series.values),
    line: { color: colour, width: series.control ? 1.25 : 1.75, dash: dashOf(series) },
    marker: { symbol: shapeOf(series), size: 5 },
    hoverinfo: "skip",
    ...where,
  };
}
