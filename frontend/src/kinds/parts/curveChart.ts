/**
 * Curves over depth: (element, data, options) → {update, highlight, destroy}. Plotly draws axes and lines once; what is
 * hovered and pinned lies above them in an SVG of our own, so that hovering draws nothing anew.
 */
import { readPalette, watchTheme } from "../../charts/colour";
import { hideTip, showTip } from "../../charts/tip";
import { plotOf, seriesColour, type Curve } from "./curve";
import { loadPlotly, type PlotAxis, type PlotElement } from "./plotly";

export interface CurveData {
  curve: Curve;
  limits: readonly [number, number] | null | undefined;
  log: boolean;
}

export interface CurveOptions {
  onHover?: (column: number | null) => void;
  onPin?: (column: number) => void;
  /** Lines of the tooltip at a column; `distance` is that of a series from the pointer. */
  tip?: (column: number, distance: (series: number) => number) => readonly string[];
  onDrawn?: () => void;
  onFail?: () => void;
}

export interface CurveMarks {
  hover?: number | null;
  pin?: number | null;
  focus?: number | null;
}

export interface CurveChart {
  update(data: CurveData): void;
  highlight(marks: CurveMarks): void;
  destroy(): void;
}

interface Axes {
  x: PlotAxis;
  y: PlotAxis[];
  panelOf: number[];
}

const SVG = "http://www.w3.org/2000/svg";

function add(parent: SVGElement, name: string, attributes: Record<string, string | number>) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  parent.append(element);
}

export function curveChart(element: HTMLElement, first: CurveData, options: CurveOptions): CurveChart {
  let data = first;
  let marks: CurveMarks = {};
  let axes: Axes | null = null;
  let hovered: number | null = null;
  let alive = true;
  const figure = document.createElement("div");
  const over = document.createElementNS(SVG, "svg");
  over.setAttribute("class", "layer-curve-over");
  element.append(figure, over);

  const level = (value: number) => (data.log ? Math.log10(value) : value);
  const pixel = (series: number, column: number): number => {
    const axis = axes?.y[axes.panelOf[series]];
    return axis ? axis._offset + axis.l2p(level(data.curve.series[series].values[column])) : Number.NaN;
  };

  function rule(column: number | null | undefined, line: Record<string, string | number>, points: boolean) {
    if (column == null || !axes) return;
    const palette = readPalette(element);
    const x = axes.x._offset + axes.x.l2p(column);
    const y1 = Math.min(...axes.y.map((axis) => axis._offset)) - 4;
    const y2 = Math.max(...axes.y.map((axis) => axis._offset + axis._length));
    add(over, "line", { x1: x, x2: x, y1, y2, ...line });
    if (!points) return;
    data.curve.series.forEach(({ control }, i) => {
      const y = pixel(i, column);
      if (control || !Number.isFinite(y)) return;
      add(over, "circle", {
        cx: x,
        cy: y,
        r: 3.5,
        fill: seriesColour(palette, i),
        stroke: palette.surface,
        "stroke-width": 1.5,
      });
    });
  }

  function highlight() {
    over.replaceChildren();
    if (!axes) return;
    const palette = readPalette(element);
    rule(marks.focus, { stroke: palette.accent, "stroke-width": 5, opacity: 0.35 }, false);
    if (marks.hover !== marks.pin) rule(marks.hover, { stroke: palette.text3, "stroke-dasharray": "3 2" }, true);
    rule(marks.pin, { stroke: palette.text, "stroke-width": 1.25 }, true);
  }

  async function draw(): Promise<void> {
    const width = element.clientWidth;
    if (width === 0) return;
    const palette = readPalette(element);
    const context = document.createElement("canvas").getContext("2d");
    if (context) context.font = `11px ${palette.sans}`;
    const measure = (text: string) => context?.measureText(text).width ?? 7 * text.length;
    const { curve } = data;
    const plot = plotOf({ ...data, palette, width, measure });
    const plotly = await loadPlotly();
    if (!alive || data.curve !== curve) return;
    const drawn: PlotElement = await plotly.react(figure, plot.data, plot.layout, {
      staticPlot: true,
      displayModeBar: false,
    });
    const layout = drawn._fullLayout ?? {};
    const y = curve.units.map((_, i) => layout[i === 0 ? "yaxis" : `yaxis${i + 1}`] as PlotAxis);
    axes = { x: layout.xaxis as PlotAxis, y, panelOf: plot.panelOf };
    element.style.minHeight = `${plot.height}px`;
    options.onDrawn?.();
    highlight();
  }
  const redraw = () => {
    draw().catch(() => options.onFail?.());
  };

  function columnAt(event: MouseEvent): number | null {
    if (!axes) return null;
    const share = (event.clientX - over.getBoundingClientRect().left - axes.x._offset) / axes.x._length;
    if (share < -0.05 || share > 1.05) return null;
    const last = data.curve.labels.length - 1;
    return Math.max(0, Math.min(last, Math.round(share * (last + 0.3) - 0.15)));
  }

  function hover(column: number | null) {
    if (column === hovered) return;
    hovered = column;
    options.onHover?.(column);
  }

  const onMove = (event: PointerEvent) => {
    const column = columnAt(event);
    hover(column);
    if (column == null || !axes) return hideTip();
    const box = over.getBoundingClientRect();
    const distance = (series: number) => {
      const y = pixel(series, column);
      return Number.isFinite(y) ? Math.abs(box.top + y - event.clientY) : Infinity;
    };
    const x = box.left + axes.x._offset + axes.x.l2p(column);
    const anchor = { left: x, right: x, top: event.clientY - 8, bottom: event.clientY + 12 };
    return showTip(anchor, options.tip?.(column, distance) ?? []);
  };
  const onLeave = () => {
    hover(null);
    hideTip();
  };
  const onClick = (event: MouseEvent) => {
    const column = columnAt(event);
    if (column != null) options.onPin?.(column);
  };
  element.addEventListener("pointermove", onMove);
  element.addEventListener("pointerleave", onLeave);
  element.addEventListener("click", onClick);
  const observer = new ResizeObserver(redraw);
  observer.observe(element);
  const unwatch = watchTheme(redraw);
  redraw();

  return {
    update(next) {
      if (next === data) return;
      data = next;
      redraw();
    },
    highlight(next) {
      marks = next;
      highlight();
    },
    destroy() {
      alive = false;
      observer.disconnect();
      unwatch();
      hideTip();
      element.removeEventListener("pointermove", onMove);
      element.removeEventListener("pointerleave", onLeave);
      element.removeEventListener("click", onClick);
      if (axes)
        loadPlotly().then(
          (plotly) => plotly.purge(figure),
          () => undefined,
        );
      figure.remove();
      over.remove();
    },
  };
}
