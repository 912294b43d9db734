/**
 * Curves over depth: (element, data, options) → {update, highlight, destroy}. Plotly draws axes and lines once; what is
 * hovered and pinned lies above them in an SVG of our own, so that hovering draws nothing anew.
 */
import { readPalette, watchTheme } from "../../charts/colour";
import { hideTip, showTip } from "../../charts/tip";
import { BEYOND, plotOf, colourOf, type PlotInput } from "./curveFigure";
import { loadPlotly, type PlotAxis, type PlotElement } from "./plotly";

export type CurveData = Pick<PlotInput, "curve" | "limits" | "log" | "zoom">;

export interface PinGesture {
  shiftKey: boolean;
  metaKey: boolean;
  ctrlKey: boolean;
}

export interface CurveOptions {
  onHover?: (column: number | null) => void;
  onPin?: (column: number, gesture: PinGesture) => void;
  /** A part of the axis to enlarge; null for all of it. */
  onZoom?: (columns: [number, number] | null) => void;
  /** Lines of the tooltip at a column; `distance` is that of a series from the pointer. */
  tip?: (column: number, distance: (series: number) => number) => readonly string[];
  onDrawn?: () => void;
  onFail?: () => void;
}

export interface CurveMarks {
  hover?: number | null;
  /** Columns with the letters of their pins, which are empty for a single one. */
  pins?: readonly { column: number; letter: string }[];
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
/** A pointer that moved this far drags. */
const DRAGGED = 5;

function add(parent: SVGElement, name: string, attributes: Record<string, string | number>, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  parent.append(element);
}

const columnsOf = ({ curve, zoom }: CurveData): readonly [number, number] => zoom ?? [0, curve.labels.length - 1];

export function curveChart(element: HTMLElement, first: CurveData, options: CurveOptions): CurveChart {
  let data = first;
  let marks: CurveMarks = {};
  let axes: Axes | null = null;
  let hovered: number | null = null;
  /** Where a button went down, the stretch dragged over from there, and whether the click to come ends a drag. */
  let pressed: number | null = null;
  let brush: { from: number; to: number } | null = null;
  let brushed = false;
  let alive = true;
  const figure = document.createElement("div");
  const over = document.createElementNS(SVG, "svg");
  over.setAttribute("class", "layer-curve-over");
  element.append(figure, over);

  const pixel = (series: number, column: number): number => {
    const axis = axes?.y[axes.panelOf[series]];
    const value = data.curve.series[series].values[column];
    return axis ? axis._offset + axis.l2p(axis.type === "log" ? Math.log10(value) : value) : Number.NaN;
  };
  const isInView = (column: number) => column >= columnsOf(data)[0] && column <= columnsOf(data)[1];
  const extent = ({ y }: Axes) => ({
    top: Math.min(...y.map((axis) => axis._offset)) - 4,
    bottom: Math.max(...y.map((axis) => axis._offset + axis._length)),
  });

  function rule(column: number | null | undefined, line: Record<string, string | number>, points: boolean) {
    if (column == null || !axes || !isInView(column)) return;
    const palette = readPalette(element);
    const x = axes.x._offset + axes.x.l2p(column);
    const { top, bottom } = extent(axes);
    add(over, "line", { x1: x, x2: x, y1: top, y2: bottom, ...line });
    if (!points) return;
    data.curve.series.forEach((series, i) => {
      const y = pixel(i, column);
      if (series.control || !Number.isFinite(y)) return;
      add(over, "circle", {
        cx: x,
        cy: y,
        r: 3.5,
        fill: colourOf(palette, series),
        stroke: palette.surface,
        "stroke-width": 1.5,
      });
    });
  }

  function letter(column: number, text: string) {
    if (!text || !axes || !isInView(column)) return;
    const x = axes.x._offset + axes.x.l2p(column);
    add(over, "text", { x: x + 3, y: extent(axes).top + 8, class: "curve-letter" }, text);
  }

  function highlight() {
    over.replaceChildren();
    if (!axes) return;
    const palette = readPalette(element);
    if (brush) {
      const { top, bottom } = extent(axes);
      const [left, right] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
      const area = { x: left, y: top, width: right - left, height: bottom - top };
      add(over, "rect", { ...area, fill: palette.accent, "fill-opacity": 0.12, stroke: palette.accent });
    }
    const pins = marks.pins ?? [];
    rule(marks.focus, { stroke: palette.accent, "stroke-width": 5, opacity: 0.35 }, false);
    if (!pins.some(({ column }) => column === marks.hover))
      rule(marks.hover, { stroke: palette.text3, "stroke-dasharray": "3 2" }, true);
    for (const pin of pins) {
      rule(pin.column, { stroke: palette.text, "stroke-width": 1.25 }, true);
      letter(pin.column, pin.letter);
    }
  }

  async function draw(): Promise<void> {
    const width = element.clientWidth;
    if (width === 0) return;
    const palette = readPalette(element);
    const context = document.createElement("canvas").getContext("2d");
    if (context) context.font = `11px ${palette.sans}`;
    const measure = (text: string) => context?.measureText(text).width ?? 7 * text.length;
    const drawing = data;
    const plot = plotOf({ ...drawing, palette, width, measure });
    const plotly = await loadPlotly();
    if (!alive || data !== drawing) return;
    const drawn: PlotElement = await plotly.react(figure, plot.data, plot.layout, {
      staticPlot: true,
      displayModeBar: false,
    });
    const layout = drawn._fullLayout ?? {};
    const y = drawing.curve.units.map((_, i) => layout[i === 0 ? "yaxis" : `yaxis${i + 1}`] as PlotAxis);
    axes = { x: layout.xaxis as PlotAxis, y, panelOf: plot.panelOf };
    element.style.minHeight = `${plot.height}px`;
    options.onDrawn?.();
    highlight();
  }
  const redraw = () => {
    draw().catch(() => options.onFail?.());
  };

  const within = (event: MouseEvent) => event.clientX - over.getBoundingClientRect().left;
  function columnAt(x: number): number | null {
    if (!axes) return null;
    const share = (x - axes.x._offset) / axes.x._length;
    if (share < -0.05 || share > 1.05) return null;
    const [from, to] = columnsOf(data);
    const column = Math.round(from - BEYOND + share * (to - from + 2 * BEYOND));
    return Math.max(from, Math.min(to, column));
  }

  function hover(column: number | null) {
    if (column === hovered) return;
    hovered = column;
    options.onHover?.(column);
  }

  function point(event: MouseEvent, column: number) {
    if (!axes) return;
    const box = over.getBoundingClientRect();
    const distance = (series: number) => {
      const y = pixel(series, column);
      return Number.isFinite(y) ? Math.abs(box.top + y - event.clientY) : Infinity;
    };
    const x = box.left + axes.x._offset + axes.x.l2p(column);
    const anchor = { left: x, right: x, top: event.clientY - 8, bottom: event.clientY + 12 };
    showTip(anchor, options.tip?.(column, distance) ?? []);
  }

  const onMove = (event: PointerEvent) => {
    const x = within(event);
    if (pressed !== null && (brush || Math.abs(x - pressed) > DRAGGED)) {
      if (!brush) element.setPointerCapture(event.pointerId);
      brush = { from: pressed, to: x };
      hover(null);
      hideTip();
      return highlight();
    }
    const column = columnAt(x);
    hover(column);
    return column == null ? hideTip() : point(event, column);
  };
  const onLeave = () => {
    if (brush) return;
    hover(null);
    hideTip();
  };
  const onDown = (event: PointerEvent) => {
    brushed = false;
    // Fingers scroll the page.
    if (event.button !== 0 || event.pointerType === "touch" || columnAt(within(event)) === null) return;
    pressed = within(event);
  };
  const onUp = () => {
    pressed = null;
    if (!brush) return;
    const [from, to] = [columnAt(brush.from), columnAt(brush.to)];
    brush = null;
    brushed = true;
    highlight();
    if (from !== null && to !== null && from !== to) options.onZoom?.([Math.min(from, to), Math.max(from, to)]);
  };
  const onClick = (event: MouseEvent) => {
    const column = brushed ? null : columnAt(within(event));
    if (column != null) options.onPin?.(column, event);
  };
  const onDouble = () => options.onZoom?.(null);
  const listeners = {
    pointermove: onMove,
    pointerleave: onLeave,
    pointerdown: onDown,
    pointerup: onUp,
    pointercancel: onUp,
    click: onClick,
    dblclick: onDouble,
  };
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener);
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
      for (const [name, listener] of Object.entries(listeners))
        element.removeEventListener(name, listener as EventListener);
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
