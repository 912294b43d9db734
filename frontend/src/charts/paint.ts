/** What a grid draws, and the drawing of its cells. */
import { PENDING, UNDEFINED, type Palette, type Scale } from "./colour";
import {
  bodyOf,
  bottomY,
  columnX,
  fromTop,
  rectOf,
  textIn,
  topY,
  visibleCells,
  visibleColumns,
  visibleRows,
  type Layout,
  type Point,
  type Rect,
} from "./layout";
import type { Gap, Spot } from "./gaps";
import type { Marks } from "./marks";
import { clipTexts, drawLabel, fonts, type Label } from "./text";

export type { Label } from "./text";

/** Instead of a step: the cell does not exist (the future half of a causal matrix). */
export const ABSENT = -3;

export interface GridData {
  rows: number;
  columns: number;
  scale: Scale;
  /** Step per cell, row by row; or UNDEFINED, PENDING, ABSENT. */
  steps: Int8Array;
  label?: (row: number, column: number) => Label | null;
  /** A second line in the cell, where there is one. */
  below?: (row: number, column: number) => Label | null;
  /** What forced colours print into cells instead of colour. */
  value?: (row: number, column: number) => string;
  rowLabels: readonly string[];
  columnLabels?: readonly Label[];
  /** A second line under a column, where there is one. */
  columnsBelow?: readonly (Label | null)[];
  columnIndices?: readonly string[];
  /** 1 where a value lies beyond the limits of the scale: drawn with a notch. */
  clipped?: Uint8Array;
  /** Blocks of cells, drawn in place of cells too small to be told apart. */
  pooled?: Pooled;
  /** What stands between rows. */
  between?: Between;
  /** Cells that stand out among the others, drawn with a line around them. */
  outlined?: (row: number, column: number) => boolean;
  /** Draws a cell in place of its colour. */
  paint?: (context: CanvasRenderingContext2D, row: number, column: number, rect: Rect, palette: Palette) => void;
}

/** Steps of blocks of so many rows and columns. */
export interface Pooled {
  steps: Int8Array;
  rows: number;
  columns: number;
  down: number;
  across: number;
}

/** What stands between rows: the room it takes, and its drawing. */
export interface Between {
  gaps: readonly Gap[];
  /** The longest of its names, for which there is room whether it is drawn or not. */
  widest: string;
  /** Drawn with the cells; nothing beside them is touched. */
  draw: (context: Context, view: View) => void;
  /** Its names, left of the cells. */
  name: (context: Context, view: View) => void;
  /** What of it belongs to the selection, drawn with the marks. */
  mark: (context: Context, view: View, marks: Marks) => void;
  /** At most three lines about a point in it, and the part of it that they are about. */
  tip: (spot: Spot, view: View) => { lines: readonly string[]; rect: Rect } | null;
}

export interface View {
  data: GridData;
  layout: Layout;
  palette: Palette;
  scroll: Point;
  gap: number;
  /** Drawn anew once it is still: what takes long may be left out. */
  moving?: boolean;
}

type Context = CanvasRenderingContext2D;

/** Smaller cells than this have no rounded corners. */
const ROUND = 8;
const COLOUR_ONLY = 14;
/** Fewer small cells than this are drawn one by one, with gaps. */
const PIXELS_FROM = 2000;
const NOTCH = 5;
const RING = 1.5;
/** Half the distance of the two lines in a cell. */
const LINE = 7;

/** Whether the cells are drawn as an image of one pixel each. */
export function isImage({ data, layout, scroll }: Omit<View, "palette" | "gap">): boolean {
  const small = layout.cell.width < COLOUR_ONLY || layout.cell.height < COLOUR_ONLY;
  const many = data.pooled !== undefined || visibleCells(layout, scroll) > PIXELS_FROM;
  return small && many && textIn(layout) === "none" && !data.paint;
}

/** Calls `draw` with nothing outside the cells being touched. */
export function inBody(context: Context, layout: Layout, draw: () => void, room = 0): void {
  const { x, y, width, height } = bodyOf(layout);
  context.save();
  context.beginPath();
  context.rect(x - room, y - room, width + 2 * room, height + 2 * room);
  context.clip();
  draw();
  context.restore();
}

export function drawCells(context: Context, view: View): void {
  const { data, layout, palette, scroll, gap } = view;
  const [left, right] = visibleColumns(layout, scroll);
  const [top, bottom] = visibleRows(layout, scroll);
  const fill = fills(view);
  const round = layout.cell.width >= ROUND && layout.cell.height >= ROUND;
  for (let down = top; down <= bottom; down++) {
    const row = fromTop(layout, down);
    const y = topY(layout, down, scroll);
    const height = Math.max(1, bottomY(layout, down, scroll) - y - gap);
    for (let column = left; column <= right; column++) {
      const at = row * data.columns + column;
      const step = data.steps[at];
      if (step === ABSENT) continue;
      const x = columnX(layout, column, scroll);
      const width = Math.max(1, columnX(layout, column + 1, scroll) - x - gap);
      if (data.paint) {
        data.paint(context, row, column, { x, y, width, height }, palette);
        continue;
      }
      context.fillStyle = fill(step);
      if (round) fillRound(context, { x, y, width, height }, palette);
      else context.fillRect(x, y, width, height);
      if (step === UNDEFINED && data.scale === "dif") hatch(context, { x, y, width, height }, palette.lineStrong);
      if (data.clipped?.[at] && round) notch(context, x + width, y, inkOf(view, step));
      if (data.outlined?.(row, column)) ring(context, { x, y, width, height }, palette.text);
    }
  }
  if (textIn(layout) === "all") drawTexts(context, view, cellsBetween(layout, [top, bottom], [left, right]));
}

function fills({ data, palette }: View): (step: number) => string {
  const ramp = palette.fill[data.scale];
  if (palette.forced && data.value) return () => palette.surface;
  return (step) => (step >= 0 ? ramp[step] : step === PENDING ? palette.hover : palette.sunken);
}

function inkOf({ data, palette }: View, step: number): string {
  if (palette.forced) return palette.text;
  return step >= 0 ? palette.ink[data.scale][step] : palette.text3;
}

function fillRound(context: Context, { x, y, width, height }: Rect, { forced, line }: Palette) {
  context.beginPath();
  context.roundRect(x, y, width, height, 2);
  context.fill();
  if (!forced) return;
  context.lineWidth = 1;
  context.strokeStyle = line;
  context.stroke();
}

/** A value beyond the limits has its corner cut. */
function notch(context: Context, right: number, top: number, colour: string) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(right - NOTCH, top);
  context.lineTo(right, top);
  context.lineTo(right, top + NOTCH);
  context.closePath();
  context.fill();
}

function ring(context: Context, { x, y, width, height }: Rect, colour: string) {
  context.lineWidth = RING;
  context.strokeStyle = colour;
  context.strokeRect(x + RING / 2, y + RING / 2, width - RING, height - RING);
}

/** What has no partner in the other run. */
function hatch(context: Context, { x, y, width, height }: Rect, colour: string) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  for (let from = -height; from < width; from += 6) {
    context.moveTo(x + from, y + height);
    context.lineTo(x + from + height, y);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** Rows are counted from the top. */
function* cellsBetween(layout: Layout, [top, bottom]: [number, number], [left, right]: [number, number]) {
  for (let down = top; down <= bottom; down++) {
    for (let column = left; column <= right; column++) yield { row: fromTop(layout, down), column };
  }
}

const plain = (text: string): Label => ({ text, lead: 0 });

/** The lines of a cell. */
function linesOf({ data, palette }: View, row: number, column: number): Label[] {
  const step = data.steps[row * data.columns + column];
  if (step === PENDING || step === ABSENT || data.paint) return [];
  if (palette.forced && data.value) return [plain(data.value(row, column))];
  const first = data.label?.(row, column) ?? (step === UNDEFINED ? plain("\u2013") : null);
  const second = data.below?.(row, column);
  return [...(first ? [first] : []), ...(second ? [second] : [])];
}

/** Prints what cells say, as far as it fits, and so that different texts look different. */
export function drawTexts(context: Context, view: View, cells: Iterable<{ row: number; column: number }>): void {
  const { data, layout, palette, scroll, gap } = view;
  context.font = fonts(palette).cell(layout.cell.width, layout.cell.height);
  const room = layout.cell.width - gap - 2;
  const lines = [...cells].map((cell) => ({ ...cell, lines: linesOf(view, cell.row, cell.column) }));
  const cut = clipTexts(
    context,
    lines.flatMap((cell) => cell.lines.map(({ text }) => text)),
    room,
  );
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { row, column, lines: labels } of lines) {
    const rect = labels.length > 0 && rectOf(layout, { row, column }, scroll);
    if (!rect) continue;
    context.fillStyle = inkOf(view, data.steps[row * data.columns + column]);
    const [x, y] = [rect.x + (rect.width - gap) / 2, rect.y + (rect.height - gap) / 2 + 0.5];
    labels.forEach((label, i) => {
      const shift = labels.length > 1 ? (2 * i - 1) * LINE : 0;
      drawLabel(context, label, cut.get(label.text) ?? "", x, y + shift);
    });
  }
}

/** Prints the cells of a row or a column that is pinned, where cells are too narrow for all of them to have text. */
export function drawPinnedTexts(context: Context, view: View, row: number | null, column: number | null): void {
  const { layout, scroll } = view;
  if (textIn(layout) !== "pinned") return;
  const [columns, rows] = [visibleColumns(layout, scroll), visibleRows(layout, scroll)];
  if (row != null) {
    const down = fromTop(layout, row);
    drawTexts(context, view, cellsBetween(layout, [down, down], columns));
  }
  if (column != null) drawTexts(context, view, cellsBetween(layout, rows, [column, column]));
}
