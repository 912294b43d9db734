/** Geometry of a grid: how large its cells are, where they stand, and which cell a point is in. Arithmetic only. */
import { roomAbove, roomBetween, rowAt, sameHeight, type Gap } from "./gaps";

/** Room around the cells, so that a mark on an outer cell is drawn whole. */
export const PAD = 4;
/** Zooming makes no cell larger than this. */
const LARGEST: Size = { width: 160, height: 64 };
/** From this size of cells on there is text: in the pinned row and column, and in all of them. */
const TEXT = { height: 11, pinned: 14, all: 28 };
/** A grid this many times as long as its frame gets a map. */
const MAPPED = 1.5;

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Bounds {
  least: number;
  most: number;
}

export interface CellSizes {
  width: Bounds;
  height: Bounds;
}

export interface LayoutInput {
  /** Width of the whole frame, and the most height that rows may take before they scroll. */
  width: number;
  frame: number;
  rows: number;
  columns: number;
  /** Row 0 at the bottom. */
  upward: boolean;
  gutter: number;
  axis: number;
  /** Between these sizes cells share the frame; what does not fit then is scrolled to. */
  sizes: CellSizes;
  /** 1 is the size that `sizes` gives. */
  zoom: number;
  /** Room between rows. */
  gaps?: readonly Gap[];
  /** What is seen at once grows as cells do, as far as the frame goes. */
  grows?: boolean;
}

export interface Layout extends LayoutInput {
  cell: Size;
  /** What cells are seen through, and what all of them take. */
  room: Size;
  content: Size;
  /** What is drawn: cells, names of rows and columns. */
  stage: Size;
  /** How far the cells can be scrolled. */
  overflow: Point;
  /** From all cells in the frame to the largest cells. */
  zooms: Bounds;
  /** Room between rows, summed above each row from the top; null where there is none. */
  above: readonly number[] | null;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A cell, or a whole row or column when the other is null. */
export interface Mark {
  row: number | null;
  column: number | null;
}

export const clamp = (x: number, least: number, most: number) => Math.max(least, Math.min(most, x));

export function layOut(input: LayoutInput): Layout {
  const { width, rows, columns, gutter, axis } = input;
  const across = Math.max(0, width - gutter - PAD);
  const first = firstSize(input, across);
  const between = roomBetween(input);
  const tall = rows + between.cells;
  const room = { width: across, height: Math.min(input.frame, tall * first.height + between.pixels) };
  const fit = {
    width: columns ? Math.min(first.width, across / columns) : first.width,
    height: rows ? Math.min(first.height, Math.max(1, room.height - between.pixels) / tall) : first.height,
  };
  const zooms = {
    least: Math.min(1, fit.width / first.width || 1, fit.height / first.height || 1),
    most: Math.max(1, LARGEST.width / first.width || 1, LARGEST.height / first.height || 1),
  };
  const zoom = clamp(input.zoom, zooms.least, zooms.most);
  const side = (name: keyof Size) => clamp(first[name] * zoom, fit[name], Math.max(first[name], LARGEST[name]));
  const cell = { width: side("width"), height: side("height") };
  const above = roomAbove(input, cell.height);
  const content = { width: cell.width * columns, height: cell.height * rows + (above?.[rows] ?? 0) };
  if (input.grows) room.height = Math.min(input.frame, content.height);
  const beyond = (name: keyof Size) => Math.max(0, Math.ceil(content[name] - room[name] - 0.5));
  return {
    ...input,
    zoom,
    zooms,
    cell,
    room,
    content,
    stage: {
      width: Math.min(width, Math.ceil(gutter + content.width + PAD)),
      height: Math.ceil(PAD + room.height + Math.max(axis, PAD)),
    },
    overflow: { x: beyond("width"), y: beyond("height") },
    above,
  };
}

/** Cells at zoom 1: as large as all of them can be in the frame, within their bounds. */
function firstSize({ rows, columns, frame, sizes, gaps }: LayoutInput, across: number): Size {
  const { width, height } = sizes;
  const between = roomBetween({ gaps });
  const share = columns ? across / columns : width.most;
  // Columns that must be scrolled fill the frame in whole numbers.
  const whole = Math.max(1, Math.floor(across / width.least));
  return {
    width: share >= width.least ? Math.min(width.most, share) : clamp(across / whole, width.least, width.most),
    height: clamp(Math.floor((frame - between.pixels) / Math.max(1, rows + between.cells)), height.least, height.most),
  };
}

/** The same grid at another zoom, and the scroll that leaves what is under the point where it is. */
export function zoomed(layout: Layout, zoom: number, point: Point, scroll: Point): { layout: Layout; scroll: Point } {
  const next = layOut({ ...layout, zoom });
  const [x, y] = [point.x - layout.gutter, point.y - PAD];
  return {
    layout: next,
    scroll: held(next, {
      x: ((x + scroll.x) * next.cell.width) / (layout.cell.width || 1) - x,
      y: sameHeight(layout, next, y + scroll.y) - y,
    }),
  };
}

/** A scroll in whole pixels, within what there is. */
export const held = ({ overflow }: Layout, { x, y }: Point): Point => ({
  x: clamp(Math.round(x), 0, overflow.x),
  y: clamp(Math.round(y), 0, overflow.y),
});

/** Left edge of a column, in the frame. Whole pixels, so that gaps are even. */
export const columnX = (layout: Layout, column: number, scroll: Point) =>
  layout.gutter + Math.round(column * layout.cell.width) - scroll.x;

/** The place of a row counted from the top, and back. */
export const fromTop = ({ upward, rows }: Layout, row: number) => (upward ? rows - 1 - row : row);

/** Top edge of the row that stands `down` rows from the top. */
export const topY = (layout: Layout, down: number, scroll: Point) =>
  PAD + Math.round(down * layout.cell.height) + (layout.above?.[down] ?? 0) - scroll.y;

/** Its bottom edge: the top edge of the next row, or of the room between them. */
export const bottomY = (layout: Layout, down: number, scroll: Point) =>
  PAD + Math.round((down + 1) * layout.cell.height) + (layout.above?.[down] ?? 0) - scroll.y;

export function rectOf(layout: Layout, mark: Mark, scroll: Point): Rect | null {
  const { rows, columns } = layout;
  const { row, column } = mark;
  if ((row != null && (row < 0 || row >= rows)) || (column != null && (column < 0 || column >= columns))) return null;
  if (row == null && column == null) return null;
  const x = columnX(layout, column ?? 0, scroll);
  const right = columnX(layout, column == null ? columns : column + 1, scroll);
  const down = row == null ? 0 : fromTop(layout, row);
  const y = topY(layout, down, scroll);
  return { x, y, width: right - x, height: bottomY(layout, row == null ? rows - 1 : down, scroll) - y };
}

/** Where cells are drawn. */
export const bodyOf = ({ gutter, stage, room }: Layout): Rect => ({
  x: gutter,
  y: PAD,
  width: stage.width - gutter,
  height: room.height,
});

/** The cell at a point of the frame; a column without a row below the grid; null elsewhere. */
export function hit(layout: Layout, { x, y }: Point, scroll: Point): Mark | null {
  const { cell, stage, room } = layout;
  if (x < layout.gutter || x >= stage.width || y < 0 || y >= stage.height || cell.width <= 0) return null;
  const column = Math.floor((x - layout.gutter + scroll.x) / cell.width);
  if (column < 0 || column >= layout.columns) return null;
  if (y - PAD >= room.height) return { row: null, column };
  const { down, below } = rowAt(layout, Math.max(0, y - PAD) + scroll.y);
  return down < layout.rows && below <= 0 ? { row: fromTop(layout, down), column } : null;
}

/** The row whose name is at a point; null elsewhere. */
export function hitName(layout: Layout, { x, y }: Point, scroll: Point): number | null {
  if (x >= layout.gutter || y < PAD || y - PAD >= layout.room.height) return null;
  const { down, below } = rowAt(layout, y - PAD + scroll.y);
  return down < layout.rows && below <= 0 ? fromTop(layout, down) : null;
}

const within = (scroll: number, room: number, cell: number, count: number): [number, number] =>
  cell <= 0
    ? [0, -1]
    : [Math.max(0, Math.floor(scroll / cell)), Math.min(count - 1, Math.ceil((scroll + room) / cell) - 1)];

/** First and last column that can be seen at all. */
export const visibleColumns = ({ room, cell, columns }: Layout, scroll: Point): [number, number] =>
  within(scroll.x, room.width, cell.width, columns);

/** First and last row that can be seen at all, counted from the top. */
export function visibleRows(layout: Layout, scroll: Point): [number, number] {
  const { room, cell, rows, above } = layout;
  if (!above) return within(scroll.y, room.height, cell.height, rows);
  return [rowAt(layout, scroll.y).down, rowAt(layout, scroll.y + room.height - 1).down];
}

/** How many cells can be seen. */
export function visibleCells(layout: Layout, scroll: Point): number {
  const [left, right] = visibleColumns(layout, scroll);
  const [top, bottom] = visibleRows(layout, scroll);
  return (right - left + 1) * (bottom - top + 1);
}

/** Where to scroll so that a cell is seen whole: no further than needed to a near one, so that a far one is in the middle. */
export function scrollTo(layout: Layout, { row, column }: Mark, scroll: Point): Point {
  const along = (index: number, name: keyof Size, from: number, before = 0) => {
    const [size, room] = [layout.cell[name], layout.room[name]];
    const start = index * size + before;
    const nearest = start < from ? start : start + size > from + room ? start + size - room : from;
    return Math.abs(nearest - from) > 2 * size ? start + size / 2 - room / 2 : nearest;
  };
  return held(layout, {
    x: column == null ? scroll.x : along(column, "width", scroll.x),
    y: row == null ? scroll.y : along(fromTop(layout, row), "height", scroll.y, layout.above?.[fromTop(layout, row)]),
  });
}

/** Where cells have text. */
export function textIn({ cell }: Layout): "none" | "pinned" | "all" {
  if (cell.width < TEXT.pinned || cell.height < TEXT.height) return "none";
  return cell.width < TEXT.all ? "pinned" : "all";
}

/** Whether the cells go far beyond the frame, so that a map tells where one is. */
export const needsMap = ({ content, room }: Layout) =>
  content.width > MAPPED * room.width || content.height > MAPPED * room.height;

/** Every how many labels one is printed, so that they are `space` apart: 1, 2, 5, 10, 20 … */
export function labelEvery(size: number, space: number): number {
  if (size <= 0) return 1;
  for (let unit = 1; ; unit *= 10) {
    for (const factor of [1, 2, 5]) if (size * unit * factor >= space) return unit * factor;
  }
}
