/**
 * What stands between two rows of a grid of layers: what the layer's attention and its MLP write, one half-row each, and
 * where one of its heads looks, as curves from the token that looks (above) to the tokens looked at (below).
 */
import { BAND, drawBand, markBand, type Band } from "./band";
import type { Palette } from "./colour";
import { gapRect, type Gap, type Spot } from "./gaps";
import { bodyOf, columnX, textIn, topY, visibleColumns, type Rect } from "./layout";
import type { Marks } from "./marks";
import type { Between, View } from "./paint";
import { clipText, clipTexts, drawLabel, fonts, textWidth, type Label } from "./text";

export interface HalfRow {
  name: string;
  /** Step of the scale of effects per column. */
  steps: Int8Array;
  label: (column: number) => Label | null;
  tip: (column: number) => readonly string[];
}

export interface Seam {
  /** The row below it. */
  row: number;
  /** From the top. */
  halves: readonly HalfRow[];
  band: Band | null;
}

type Context = CanvasRenderingContext2D;

/** Height of a half-row, in heights of a cell. */
export const HALF = 0.64;
const INSET = 4;
/** Smaller parts have no rounded corners. */
const ROUND = 8;
const LEAST_TEXT = 11;
const SPACE = 8;

/** The room that seams take: above their row. */
export const gapsOf = (seams: readonly Seam[]): Gap[] =>
  seams.map(({ row, halves, band }) => ({ row, cells: HALF * halves.length, pixels: band ? BAND : 0 }));

interface Part {
  seam: Seam;
  rect: Rect;
}

/** What stands between rows, for a grid to draw. `widest` is the longest name that a seam may have. */
export function seamsBetween(seams: readonly Seam[], widest: string): Between {
  const seen = (view: View): Part[] =>
    seams.flatMap((seam) => {
      const rect = seamRect(view, seam);
      return rect ? [{ seam, rect }] : [];
    });
  return {
    gaps: gapsOf(seams),
    widest,
    draw(context, view) {
      for (const { seam, rect } of seen(view)) {
        seam.halves.forEach((half, i) => drawHalf(context, view, half, halfRect(view, rect, i)));
        if (seam.band) drawBand(context, view, seam.band, bandRect(view, seam, rect));
      }
    },
    name(context, view) {
      for (const { seam, rect } of seen(view)) nameSeam(context, view, seam, rect);
    },
    mark(context, view, marks) {
      for (const { seam, rect } of seen(view)) {
        seam.halves.forEach((_, i) => markHalf(context, view, halfRect(view, rect, i), marks));
        if (seam.band) markBand(context, view, seam.band, bandRect(view, seam, rect), marks);
      }
    },
    tip(spot, view) {
      const part = seen(view).find(({ seam }) => seam.row === spot.row);
      return part ? tipOf(view, part, spot) : null;
    },
  };
}

function seamRect({ layout, scroll }: View, { row }: Seam): Rect | null {
  const rect = gapRect(layout, row, (down) => topY(layout, down, scroll));
  const body = bodyOf(layout);
  return rect && rect.y < body.y + body.height && rect.y + rect.height > body.y ? rect : null;
}

function halfRect({ layout }: View, seam: Rect, index: number): Rect {
  const [from, to] = [index, index + 1].map((i) => Math.round(i * HALF * layout.cell.height));
  return { ...seam, y: seam.y + from, height: to - from };
}

function bandRect({ layout }: View, { halves }: Seam, seam: Rect): Rect {
  const above = Math.round(halves.length * HALF * layout.cell.height);
  return { ...seam, y: seam.y + above, height: seam.height - above };
}

/** The part of a half-row in a column: a little narrower than the cells, so that it is not taken for one. */
function partRect({ layout, scroll, gap }: View, half: Rect, column: number): Rect {
  const left = columnX(layout, column, scroll);
  const width = columnX(layout, column + 1, scroll) - left - (layout.cell.width < ROUND ? 0 : gap);
  const inset = layout.cell.width < 28 ? 0 : INSET;
  const vertical = half.height > 8 ? 1 : 0;
  return {
    x: left + inset,
    y: half.y + vertical,
    width: Math.max(1, width - 2 * inset),
    height: Math.max(1, half.height - 2 * vertical - (vertical ? 0 : gap / 2)),
  };
}

function drawHalf(context: Context, view: View, half: HalfRow, rect: Rect) {
  const { layout, palette, scroll } = view;
  const [left, right] = visibleColumns(layout, scroll);
  const columns = Array.from({ length: right - left + 1 }, (_, i) => left + i);
  for (const column of columns) {
    const part = partRect(view, rect, column);
    context.fillStyle = fillOf(palette, half.steps[column]);
    if (part.height <= ROUND || part.width <= ROUND) context.fillRect(part.x, part.y, part.width, part.height);
    else {
      context.beginPath();
      context.roundRect(part.x, part.y, part.width, part.height, 2);
      context.fill();
    }
  }
  if (textIn(layout) !== "all" || rect.height < LEAST_TEXT) return;
  context.font = fonts(palette).cell(layout.cell.width - 2 * INSET, Math.min(16, rect.height));
  context.textAlign = "center";
  context.textBaseline = "middle";
  const labels = columns.map((column) => half.label(column));
  const cut = clipTexts(
    context,
    labels.flatMap((label) => label?.text ?? []),
    layout.cell.width - 2 * INSET - 2,
  );
  columns.forEach((column, i) => {
    const label = labels[i];
    if (!label) return;
    const part = partRect(view, rect, column);
    const step = half.steps[column];
    context.fillStyle = palette.forced ? palette.text : step >= 0 ? palette.ink.eff[step] : palette.text3;
    const [x, y] = [part.x + part.width / 2, part.y + part.height / 2 + 0.5];
    drawLabel(context, label, cut.get(label.text) ?? "", x, y);
  });
}

const fillOf = (palette: Palette, step: number) =>
  palette.forced ? palette.surface : step >= 0 ? palette.fill.eff[step] : palette.hover;

/** The hovered column goes on through the half-rows. */
function markHalf(context: Context, view: View, rect: Rect, { hover }: Marks) {
  if (hover?.column == null || hover.row != null) return;
  const part = partRect(view, rect, hover.column);
  context.setLineDash([3, 2]);
  context.strokeStyle = view.palette.text2;
  context.lineWidth = 1.5;
  context.strokeRect(part.x - 0.5, part.y - 0.5, part.width + 1, part.height + 1);
  context.setLineDash([]);
}

function nameSeam(context: Context, view: View, seam: Seam, rect: Rect) {
  const { layout, palette } = view;
  const body = bodyOf(layout);
  const right = layout.gutter - SPACE;
  const write = (text: string, font: string, colour: string, y: number) => {
    if (y < body.y + 5 || y > body.y + body.height - 5) return;
    context.font = font;
    context.fillStyle = colour;
    const width = textWidth(context, text);
    context.fillText(width > right - 2 ? clipText(context, text, right - 2) : text, right, y);
  };
  context.textAlign = "right";
  context.textBaseline = "middle";
  seam.halves.forEach(({ name }, i) => {
    const half = halfRect(view, rect, i);
    if (half.height >= LEAST_TEXT) write(name, fonts(palette).axis, palette.text3, half.y + half.height / 2);
  });
  if (!seam.band) return;
  const band = bandRect(view, seam, rect);
  const middle = Math.max(body.y + 14, Math.min(body.y + body.height - 14, band.y + band.height / 2));
  write(seam.band.name[0], fonts(palette).strong, palette.text2, middle - 7);
  write(seam.band.name[1], fonts(palette).axis, palette.text3, middle + 7);
}

function tipOf(view: View, { seam, rect }: Part, { column, y }: Spot) {
  const index = seam.halves.findIndex(
    (_, i) => rect.y + y < halfRect(view, rect, i).y + halfRect(view, rect, i).height,
  );
  if (index >= 0) {
    const part = partRect(view, halfRect(view, rect, index), column);
    return { lines: seam.halves[index].tip(column), rect: part };
  }
  if (!seam.band) return null;
  const band = bandRect(view, seam, rect);
  const part = partRect(view, band, column);
  return { lines: seam.band.tip(column), rect: { ...part, height: 24 } };
}
