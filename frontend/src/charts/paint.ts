/** Drawing of a grid on its two canvases: cells and axes on the base, selection marks above. */
import { forcedColours, PENDING, UNDEFINED, type Palette, type Scale } from "./colour";
import { columnX, labelEvery, PAD, rectOf, rowY, visibleColumns, type Layout, type Mark, type Rect } from "./layout";

/** Text of a cell or an axis; the first `lead` characters are dim marks. */
export interface Label {
  text: string;
  lead: number;
}

/** Instead of a step: the cell does not exist (the future half of a causal matrix). */
export const ABSENT = -3;

export interface GridData {
  rows: number;
  columns: number;
  scale: Scale;
  /** Step per cell, row by row; or UNDEFINED, PENDING, ABSENT. */
  steps: Int8Array;
  label?: (row: number, column: number) => Label | null;
  /** What forced colours print into cells instead of colour. */
  value?: (row: number, column: number) => string;
  rowLabels: readonly string[];
  columnLabels?: readonly Label[];
  columnIndices?: readonly string[];
  /** 1 where a value lies beyond the limits of the scale: drawn with a notch. */
  clipped?: Uint8Array;
  /** Draws a cell in place of its colour. */
  paint?: (context: CanvasRenderingContext2D, row: number, column: number, rect: Rect, palette: Palette) => void;
}

export interface Marks {
  hover?: Mark | null;
  pins?: readonly Mark[];
  /** First and last column of a range. */
  range?: readonly [number, number] | null;
  /** The cell that has the keyboard's focus. */
  focus?: Mark | null;
}

const TEXT_FROM = 28;
const PIXELS_BELOW = 14;
const PIXELS_FROM_CELLS = 4000;
const NOTCH = 5;

export const fonts = (palette: Palette) => ({
  cell: (width: number) => `${width >= 58 ? 12 : width >= 38 ? 11 : 10}px ${palette.mono}`,
  token: `11px ${palette.mono}`,
  axis: `11px ${palette.sans}`,
  strong: `600 11px ${palette.sans}`,
  index: `10px ${palette.sans}`,
});

/** The longest beginning of a text that fits. */
export function clipText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const chars = [...text];
  let low = 0;
  let high = chars.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${chars.slice(0, middle).join("")}\u2026`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? `${chars.slice(0, low).join("")}\u2026` : "";
}

/** A label centred at x, its leading marks dimmed. */
function drawLabel(context: CanvasRenderingContext2D, label: Label, x: number, y: number, width: number) {
  const text = clipText(context, label.text, width);
  if (!label.lead || label.lead >= text.length) {
    if (label.lead) context.globalAlpha = 0.62;
    context.fillText(text, x, y);
    context.globalAlpha = 1;
    return;
  }
  const lead = text.slice(0, label.lead);
  const left = x - context.measureText(text).width / 2;
  context.textAlign = "left";
  context.globalAlpha = 0.62;
  context.fillText(lead, left, y);
  context.globalAlpha = 1;
  context.fillText(text.slice(label.lead), left + context.measureText(lead).width, y);
  context.textAlign = "center";
}

export type PixelCache = { canvas: HTMLCanvasElement; steps: Int8Array; palette: Palette } | null;

/** One pixel per cell, for grids whose cells are too small and too many to draw one by one. */
function pixels(data: GridData, palette: Palette, upward: boolean, cache: PixelCache): PixelCache {
  if (cache && cache.steps === data.steps && cache.palette === palette) return cache;
  const canvas = document.createElement("canvas");
  canvas.width = data.columns;
  canvas.height = data.rows;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const image = context.createImageData(data.columns, data.rows);
  const words = new Uint32Array(image.data.buffer);
  const ramp = palette.words[data.scale];
  for (let row = 0; row < data.rows; row++) {
    const line = (upward ? data.rows - 1 - row : row) * data.columns;
    for (let column = 0; column < data.columns; column++) {
      const step = data.steps[row * data.columns + column];
      words[line + column] = step >= 0 ? ramp[step] : 0;
    }
  }
  context.putImageData(image, 0, 0);
  return { canvas, steps: data.steps, palette };
}

export interface BaseInput {
  data: GridData;
  layout: Layout;
  palette: Palette;
  scroll: number;
  gap: number;
  cache: PixelCache;
}

/** Draws cells and axes; returns the pixel cache for the next time. */
export function drawBase(context: CanvasRenderingContext2D, input: BaseInput): PixelCache {
  const { data, layout, scroll } = input;
  const [first, last] = visibleColumns(layout, scroll);
  context.clearRect(0, 0, layout.stage, layout.height);
  context.save();
  context.beginPath();
  context.rect(layout.gutter, 0, layout.stage - layout.gutter, layout.height);
  context.clip();
  const small = layout.cell < PIXELS_BELOW || layout.cellHeight < PIXELS_BELOW;
  const many = (last - first + 1) * layout.rows > PIXELS_FROM_CELLS;
  let cache = input.cache;
  if (small && many && !data.paint && !forcedColours()) cache = drawPixels(context, input, first, last);
  else drawCells(context, input, first, last);
  drawColumnAxis(context, input, first, last);
  context.restore();
  drawRowAxis(context, input);
  return cache;
}

function drawPixels(context: CanvasRenderingContext2D, input: BaseInput, first: number, last: number): PixelCache {
  const { data, layout, scroll } = input;
  const cache = pixels(data, input.palette, layout.upward, input.cache);
  if (!cache) return null;
  const columns = last - first + 1;
  context.imageSmoothingEnabled = false;
  context.drawImage(
    cache.canvas,
    first,
    0,
    columns,
    layout.rows,
    layout.gutter + first * layout.cell - scroll,
    PAD,
    columns * layout.cell,
    layout.rows * layout.cellHeight,
  );
  return cache;
}

function drawCells(context: CanvasRenderingContext2D, input: BaseInput, first: number, last: number) {
  const { data, layout, palette, scroll, gap } = input;
  const forced = forcedColours();
  const withText = layout.cell >= TEXT_FROM && layout.cellHeight >= 16;
  const round = layout.cell >= 8 && layout.cellHeight >= 8;
  const fill = palette.fill[data.scale];
  const ink = palette.ink[data.scale];
  context.font = fonts(palette).cell(layout.cell);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = 0; row < layout.rows; row++) {
    const y = rowY(layout, row);
    const height = layout.cellHeight - gap;
    for (let column = first; column <= last; column++) {
      const at = row * data.columns + column;
      const step = data.steps[at];
      if (step === ABSENT) continue;
      const x = columnX(layout, column, scroll);
      const width = Math.max(1, columnX(layout, column + 1, scroll) - x - gap);
      if (data.paint) {
        data.paint(context, row, column, { x, y, width, height }, palette);
        continue;
      }
      context.fillStyle = forced
        ? "Canvas"
        : step >= 0
          ? fill[step]
          : step === PENDING
            ? palette.hover
            : palette.sunken;
      if (round) {
        context.beginPath();
        context.roundRect(x, y, width, height, 2);
        context.fill();
        if (forced) {
          context.strokeStyle = "CanvasText";
          context.stroke();
        }
      } else context.fillRect(x, y, width, height);
      if (!withText || step === PENDING) continue;
      const label =
        step === UNDEFINED
          ? { text: "\u2013", lead: 0 }
          : forced && data.value
            ? plain(data.value(row, column))
            : data.label?.(row, column);
      context.fillStyle = forced ? "CanvasText" : step >= 0 ? ink[step] : palette.text3;
      if (label) drawLabel(context, label, x + width / 2, y + height / 2 + 0.5, width - 3);
      if (data.clipped?.[at]) drawNotch(context, x + width, y);
    }
  }
}

const plain = (text: string): Label => ({ text, lead: 0 });

/** A value beyond the limits has its corner cut. */
function drawNotch(context: CanvasRenderingContext2D, right: number, top: number) {
  context.beginPath();
  context.moveTo(right - NOTCH, top);
  context.lineTo(right, top);
  context.lineTo(right, top + NOTCH);
  context.closePath();
  context.fill();
}

function drawRowAxis(context: CanvasRenderingContext2D, { data, layout, palette }: BaseInput) {
  const every = labelEvery(layout.cellHeight, 13);
  context.font = fonts(palette).axis;
  context.fillStyle = forcedColours() ? "CanvasText" : palette.text3;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let row = 0; row < layout.rows; row++) {
    if (row % every !== 0 && row !== layout.rows - 1) continue;
    if (row === layout.rows - 1 && row % every !== 0 && row % every < every / 2) continue;
    const label = clipText(context, data.rowLabels[row] ?? "", layout.gutter - 8);
    context.fillText(label, layout.gutter - 8, rowY(layout, row) + layout.cellHeight / 2);
  }
}

const axisTop = (layout: Layout) => PAD + layout.rows * layout.cellHeight;

function drawColumnAxis(context: CanvasRenderingContext2D, input: BaseInput, first: number, last: number) {
  const { data, layout, palette, scroll } = input;
  if (layout.axis <= 0) return;
  const forced = forcedColours();
  const tokens = data.columnLabels && layout.cell >= TEXT_FROM;
  const every = labelEvery(layout.cell, tokens ? 0 : 26);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let column = first; column <= last; column++) {
    const left = columnX(layout, column, scroll);
    const x = (left + columnX(layout, column + 1, scroll)) / 2;
    if (tokens && data.columnLabels) {
      context.font = fonts(palette).token;
      context.fillStyle = forced ? "CanvasText" : palette.text;
      drawLabel(context, data.columnLabels[column] ?? plain(""), x, axisTop(layout) + 11, layout.cell - 2);
    }
    if (column % every !== 0) continue;
    context.font = tokens ? fonts(palette).index : fonts(palette).axis;
    context.fillStyle = forced ? "CanvasText" : palette.text3;
    context.fillText(
      data.columnIndices?.[column] ?? String(column),
      x,
      axisTop(layout) + (data.columnLabels ? 24 : 10),
    );
  }
}

export interface OverInput {
  data: GridData;
  layout: Layout;
  palette: Palette;
  scroll: number;
  gap: number;
  marks: Marks;
}

/** Draws the selection: range, pins, hover, focus, and the names of what is pinned or hovered on the axes. */
export function drawOver(context: CanvasRenderingContext2D, input: OverInput): void {
  const { layout, palette, scroll, marks } = input;
  const forced = forcedColours();
  const accent = forced ? "Highlight" : palette.accent;
  const ink = forced ? "CanvasText" : palette.text;
  context.clearRect(0, 0, layout.stage, layout.height);
  const pins = marks.pins ?? [];
  if (marks.hover) nameOnAxes(context, input, marks.hover, false);
  for (const pin of pins) nameOnAxes(context, input, pin, true);
  context.save();
  context.beginPath();
  context.rect(layout.gutter - 4, -4, layout.stage - layout.gutter + 8, layout.height + 8);
  context.clip();
  if (marks.range) {
    const [from, to] = marks.range;
    const start = rectOf(layout, { row: null, column: Math.max(0, Math.min(from, to)) }, scroll);
    const end = rectOf(layout, { row: null, column: Math.min(layout.columns - 1, Math.max(from, to)) }, scroll);
    if (start && end) ring(context, { ...start, width: end.x + end.width - start.x }, input.gap, accent, 2, null, 0);
  }
  if (marks.hover) {
    const rect = rectOf(layout, marks.hover, scroll);
    context.setLineDash([3, 2]);
    if (rect) ring(context, rect, input.gap, ink, 1.5, palette.surface, 0);
    context.setLineDash([]);
  }
  for (const pin of pins) {
    const rect = rectOf(layout, pin, scroll);
    const whole = pin.row == null || pin.column == null;
    if (rect) ring(context, rect, input.gap, ink, whole ? 1.25 : 2, whole ? null : palette.surface, 0);
  }
  if (marks.focus) {
    const rect = rectOf(layout, marks.focus, scroll);
    if (rect) ring(context, rect, input.gap, accent, 2, palette.surface, 2);
  }
  context.restore();
}

/** A rounded outline around a cell, with a halo of the surface's colour that keeps it apart from any fill. */
function ring(
  context: CanvasRenderingContext2D,
  rect: Rect,
  gap: number,
  colour: string,
  width: number,
  halo: string | null,
  grow: number,
) {
  const x = rect.x - grow;
  const y = rect.y - grow;
  const w = rect.width - gap + 2 * grow;
  const h = rect.height - gap + 2 * grow;
  context.beginPath();
  context.roundRect(x, y, w, h, Math.min(3 + grow, w / 2, h / 2));
  if (halo) {
    const dash = context.getLineDash?.() ?? [];
    context.setLineDash([]);
    context.strokeStyle = halo;
    context.lineWidth = width + 2;
    context.stroke();
    context.setLineDash(dash);
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** Prints the row's and the column's name stronger; a pinned column stands on accent. */
function nameOnAxes(context: CanvasRenderingContext2D, input: OverInput, mark: Mark, pinned: boolean) {
  const { data, layout, palette, scroll } = input;
  const font = fonts(palette);
  context.textBaseline = "middle";
  if (mark.row != null && mark.row >= 0 && mark.row < layout.rows) {
    const y = rowY(layout, mark.row) + layout.cellHeight / 2;
    context.fillStyle = forcedColours() ? "Canvas" : palette.surface;
    context.fillRect(0, y - 8, layout.gutter - 4, 16);
    context.font = pinned ? font.strong : font.axis;
    context.textAlign = "right";
    context.fillStyle = forcedColours() ? "CanvasText" : palette.text;
    context.fillText(clipText(context, data.rowLabels[mark.row] ?? "", layout.gutter - 8), layout.gutter - 8, y);
  }
  if (mark.column == null || mark.column < 0 || mark.column >= layout.columns || layout.axis <= 0) return;
  const rect = rectOf(layout, { row: null, column: mark.column }, scroll);
  if (!rect || rect.x + rect.width < layout.gutter || rect.x > layout.stage) return;
  const label = data.columnLabels?.[mark.column];
  context.font = font.token;
  const wanted = label ? Math.min(96, context.measureText(label.text).width + 8) : 22;
  const width = Math.max(rect.width - input.gap, wanted);
  const x = Math.max(layout.gutter, Math.min(layout.stage - width, rect.x + (rect.width - input.gap - width) / 2));
  const top = axisTop(layout) + 1;
  context.fillStyle = forcedColours() ? "Canvas" : pinned ? palette.accentSoft : palette.surface;
  context.beginPath();
  context.roundRect(x, top, width, layout.axis - 1, 4);
  context.fill();
  context.fillStyle = forcedColours() ? "CanvasText" : pinned ? palette.accent : palette.text;
  context.textAlign = "center";
  if (label) drawLabel(context, label, x + width / 2, top + 10, width - 2);
  context.font = label ? font.index : pinned ? font.strong : font.axis;
  context.fillText(data.columnIndices?.[mark.column] ?? String(mark.column), x + width / 2, top + (label ? 23 : 9));
}
