/** What patching draws above a grid: where a value is taken from, where it is carried, and what it can reach. */
import type { Palette } from "./colour";
import { rectOf, type Layout, type Mark, type Point, type Rect } from "./layout";
import { ring, type Line } from "./marks";
import type { View } from "./paint";
import { fonts, textWidth } from "./text";

/** A value on its way: the cell under the pointer, and whether it may be put there. */
export interface Carried {
  from: Mark;
  to: Mark | null;
  at: Point;
  allowed: boolean;
}

export interface PatchMarks {
  /** The cell a value is taken from, with what its tag says. */
  source?: { mark: Mark; tag: string } | null;
  /** The cell it was put into, the lowest and leftmost of those that can change. */
  target?: { mark: Mark; tag: string } | null;
  /** What is being dragged, asked for with every drawing. */
  carried?: () => Carried | null;
}

type Context = CanvasRenderingContext2D;

const OUT = 2;
const TAG = 13;
const ROOM = 4;
const ARROW = 7;
/** A tag on a smaller cell would cover it. */
const LEAST = 26;

const conesLine = ({ accent, forced }: Palette): Line => ({
  colour: accent,
  width: 2,
  halo: true,
  dash: forced ? [12, 4] : undefined,
  out: OUT,
});
const sourceLine = ({ text }: Palette): Line => ({ colour: text, width: 2, halo: true, dash: [5, 3] });
const carriedLine = ({ accent, text3 }: Palette, allowed: boolean): Line => ({
  colour: allowed ? accent : text3,
  width: 2,
  halo: true,
  dash: allowed ? undefined : [2, 3],
  out: OUT,
});

export function patchPainter({ source, target, carried }: PatchMarks): (context: Context, view: View) => void {
  return (context, view) => {
    const { layout, scroll, palette } = view;
    const cone = target && coneRect(layout, target.mark, scroll);
    if (cone) ring(context, cone, view, conesLine(palette));
    if (source) outline(context, view, source.mark, sourceLine(palette));
    for (const each of [target, source]) if (each) drawTag(context, view, each.mark, each.tag);
    const drag = carried?.();
    if (drag) drawCarried(context, view, drag);
  };
}

/** The cells above and to the right of a cell, itself among them. */
export function coneRect(layout: Layout, { row, column }: Mark, scroll: Point): Rect | null {
  const near = rectOf(layout, { row, column }, scroll);
  const far = rectOf(layout, { row: layout.upward ? layout.rows - 1 : 0, column: layout.columns - 1 }, scroll);
  if (!near || !far || row == null || column == null) return null;
  return { x: near.x, y: far.y, width: far.x + far.width - near.x, height: near.y + near.height - far.y };
}

function outline(context: Context, view: View, mark: Mark, line: Line) {
  const rect = rectOf(view.layout, mark, view.scroll);
  if (rect) ring(context, rect, view, line);
}

/** A word on the lower left corner of a cell. */
function drawTag(context: Context, { layout, palette, scroll }: View, mark: Mark, tag: string) {
  const rect = rectOf(layout, mark, scroll);
  if (!rect || rect.width < LEAST || rect.height < TAG) return;
  context.font = fonts(palette).letter;
  const width = Math.min(rect.width, textWidth(context, tag) + 2 * ROOM);
  const [x, y] = [rect.x - OUT, rect.y + rect.height - TAG + OUT];
  context.fillStyle = palette.text;
  context.beginPath();
  context.roundRect(x, y, width, TAG, 2);
  context.fill();
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = palette.surface;
  context.fillText(tag, x + ROOM, y + TAG / 2 + 0.5);
}

/** The line from a cell to the pointer, which ends in the middle of a cell it may be put into. */
function drawCarried(context: Context, view: View, { from, to, at, allowed }: Carried) {
  const { layout, palette, scroll } = view;
  outline(context, view, from, sourceLine(palette));
  const start = middle(rectOf(layout, from, scroll));
  const end = (allowed && to && middle(rectOf(layout, to, scroll))) || at;
  if (to) outline(context, view, to, carriedLine(palette, allowed));
  if (!start) return;
  for (const [colour, width] of [
    [palette.surface, 5],
    [allowed || !to ? palette.accent : palette.text3, 2],
  ] as const)
    drawArrow(context, start, end, colour, width);
}

const middle = (rect: Rect | null): Point | null => rect && { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };

function drawArrow(context: Context, start: Point, end: Point, colour: string, width: number) {
  const angle = Math.atan2(end.y - start.y, end.x - start.x);
  const side = (turn: number) => ({
    x: end.x - ARROW * Math.cos(angle + turn),
    y: end.y - ARROW * Math.sin(angle + turn),
  });
  const [left, right] = [side(0.5), side(-0.5)];
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
  context.moveTo(left.x, left.y);
  context.lineTo(end.x, end.y);
  context.lineTo(right.x, right.y);
  context.lineJoin = context.lineCap = "round";
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
  context.lineJoin = "miter";
  context.lineCap = "butt";
}
