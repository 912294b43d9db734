/** The selection, drawn above the cells: pins, hover, range, focus. Under forced colours the style of the line tells them apart. */
import { nameOnAxes } from "./axes";
import type { Palette } from "./colour";
import { rectOf, type Layout, type Mark, type Point, type Rect } from "./layout";
import { drawPinnedTexts, inBody, type View } from "./paint";
import { fonts } from "./text";

export interface Pin extends Mark {
  /** Drawn in its corner, where there are several pins. */
  letter?: string;
}

export interface Marks {
  hover?: Mark | null;
  pins?: readonly Pin[];
  /** First and last column of a range. */
  range?: readonly [number, number] | null;
  /** The cell that has the keyboard's focus. */
  focus?: Mark | null;
}

type Context = CanvasRenderingContext2D;

export interface Line {
  colour: string;
  width: number;
  /** A line of the surface's colour on both sides, which keeps it apart from any fill. */
  halo?: boolean;
  dash?: number[];
  /** How far outside the cell's edge it runs. */
  out?: number;
}

const EDGE = 0.5;
/** A focused cell is mostly the pinned one too: its ring runs around that of the pin. */
const AROUND = 3;
const TAG = 11;

function linesOf({
  forced,
  text,
  text2,
  accent,
}: Palette): Record<"pin" | "whole" | "hover" | "range" | "focus", Line> {
  return {
    pin: { colour: text, width: 2, halo: true },
    whole: { colour: text, width: 1.25 },
    hover: { colour: text2, width: 1.5, dash: [3, 2], halo: forced },
    range: { colour: accent, width: 2, dash: forced ? [10, 3] : undefined },
    focus: { colour: accent, width: 2, halo: true, dash: forced ? [1, 2] : undefined, out: AROUND },
  };
}

/** Draws the selection, and the names of what is pinned or hovered on the axes. */
export function drawOver(context: Context, view: View, marks: Marks): void {
  const { layout, palette, scroll } = view;
  const { hover, pins = [], range, focus } = marks;
  const lines = linesOf(palette);
  context.clearRect(0, 0, layout.stage.width, layout.stage.height);
  if (hover) nameOnAxes(context, view, hover, false);
  for (const pin of pins) nameOnAxes(context, view, pin, true);
  const outline = (mark: Mark, line: Line) => {
    const rect = rectOf(layout, mark, scroll);
    if (rect) ring(context, rect, view, line);
  };
  inBody(
    context,
    layout,
    () => {
      view.data.between?.mark(context, view, marks);
      for (const { row, column } of pins) drawPinnedTexts(context, view, row, column);
      const columns = range && rangeRect(layout, range, scroll);
      if (columns) ring(context, columns, view, lines.range);
      if (hover) outline(hover, lines.hover);
      for (const pin of pins) outline(pin, pin.row == null || pin.column == null ? lines.whole : lines.pin);
      if (focus) outline(focus, lines.focus);
      for (const pin of pins) if (pin.letter) drawLetter(context, view, pin, pin.letter);
      view.data.over?.(context, view);
    },
    AROUND + 1,
  );
}

function rangeRect(layout: Layout, [from, to]: readonly [number, number], scroll: Point): Rect | null {
  const start = rectOf(layout, { row: null, column: Math.max(0, Math.min(from, to)) }, scroll);
  const end = rectOf(layout, { row: null, column: Math.min(layout.columns - 1, Math.max(from, to)) }, scroll);
  return start && end && { ...start, width: end.x + end.width - start.x };
}

/** A line around a rectangle of cells. */
export function ring(context: Context, rect: Rect, { gap, palette }: View, line: Line) {
  const out = line.out ?? EDGE;
  const width = rect.width - gap + 2 * out;
  const height = rect.height - gap + 2 * out;
  context.beginPath();
  context.roundRect(rect.x - out, rect.y - out, width, height, Math.min(3, width / 2, height / 2));
  if (line.halo) {
    context.strokeStyle = palette.surface;
    context.lineWidth = line.width + 2;
    context.stroke();
  }
  context.setLineDash(line.dash ?? []);
  context.strokeStyle = line.colour;
  context.lineWidth = line.width;
  context.stroke();
  context.setLineDash([]);
}

/** A, B, C … on the upper left corner of a pin. */
function drawLetter(context: Context, { layout, palette, scroll }: View, pin: Pin, letter: string) {
  const rect = rectOf(layout, pin, scroll);
  if (!rect) return;
  const [x, y] = [rect.x - 2, rect.y - 2];
  context.fillStyle = palette.text;
  context.beginPath();
  context.roundRect(x, y, TAG, TAG, 2);
  context.fill();
  context.font = fonts(palette).letter;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = palette.surface;
  context.fillText(letter, x + TAG / 2, y + TAG / 2 + 0.5);
}
