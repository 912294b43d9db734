/** Geometry of a grid: where its cells are, and which cell a point is in. Arithmetic only. */

/** Room around the cells, so that a mark on an outer cell is drawn whole. */
export const PAD = 3;

export interface LayoutInput {
  /** Width of the frame. */
  width: number;
  rows: number;
  columns: number;
  /** Row 0 at the bottom. */
  upward: boolean;
  gutter: number;
  axis: number;
  cellWidth: { min: number; max: number };
  cellHeight: number;
}

export interface Layout extends LayoutInput {
  cell: number;
  /** Width of all columns. */
  content: number;
  /** Width and height of what is drawn. */
  stage: number;
  height: number;
  /** How far the columns can be scrolled. */
  overflow: number;
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

export function layOut(input: LayoutInput): Layout {
  const { width, rows, columns, gutter, axis, cellWidth, cellHeight } = input;
  const room = Math.max(0, width - gutter - PAD);
  const fitting = columns ? Math.min(cellWidth.max, room / columns) : 0;
  // Columns that must scroll fill the frame in whole numbers.
  const whole = Math.max(1, Math.floor(room / cellWidth.min));
  const cell =
    fitting >= cellWidth.min || columns === 0
      ? fitting
      : Math.max(cellWidth.min, Math.min(cellWidth.max, room / whole));
  const content = cell * columns;
  const overflow = Math.max(0, Math.ceil(content - room - 0.5));
  const stage = Math.min(width, Math.ceil(gutter + content + PAD));
  return { ...input, cell, content, stage, height: PAD + rows * cellHeight + Math.max(axis, PAD), overflow };
}

/** Left edge of a column, in the frame, scrolled by `scroll`. Whole pixels, so that gaps are even. */
export const columnX = (layout: Layout, column: number, scroll: number) =>
  layout.gutter + Math.round(column * layout.cell) - scroll;

export const rowY = (layout: Layout, row: number) =>
  PAD + (layout.upward ? layout.rows - 1 - row : row) * layout.cellHeight;

export function rectOf(layout: Layout, mark: Mark, scroll: number): Rect | null {
  const { rows, columns, cellHeight } = layout;
  const { row, column } = mark;
  if ((row != null && (row < 0 || row >= rows)) || (column != null && (column < 0 || column >= columns))) return null;
  if (row == null && column == null) return null;
  const x = columnX(layout, column ?? 0, scroll);
  const right = columnX(layout, column == null ? columns : column + 1, scroll);
  const y = row == null ? PAD : rowY(layout, row);
  return { x, y, width: right - x, height: row == null ? rows * cellHeight : cellHeight };
}

/** The cell at a point of the frame; a column without a row below the grid; null elsewhere. */
export function hit(layout: Layout, x: number, y: number, scroll: number): Mark | null {
  if (x < layout.gutter || y < 0 || y >= layout.height || layout.cell <= 0) return null;
  const column = Math.floor((x - layout.gutter + scroll) / layout.cell);
  if (column < 0 || column >= layout.columns) return null;
  const down = Math.max(0, Math.floor((y - PAD) / layout.cellHeight));
  if (down >= layout.rows) return { row: null, column };
  return { row: layout.upward ? layout.rows - 1 - down : down, column };
}

/** First and last column that can be seen at all. */
export function visibleColumns(layout: Layout, scroll: number): [number, number] {
  if (layout.cell <= 0) return [0, -1];
  const room = layout.stage - layout.gutter - PAD;
  return [
    Math.max(0, Math.floor(scroll / layout.cell)),
    Math.min(layout.columns - 1, Math.ceil((scroll + room) / layout.cell) - 1),
  ];
}

/** Where to scroll so that a column is seen whole. */
export function scrollTo(layout: Layout, column: number, scroll: number): number {
  const left = column * layout.cell;
  const room = layout.stage - layout.gutter - PAD;
  const wanted = left < scroll ? left : left + layout.cell > scroll + room ? left + layout.cell - room : scroll;
  return Math.max(0, Math.min(layout.overflow, Math.round(wanted)));
}

/** Every how many labels one is printed, so that they are `space` apart: 1, 2, 5, 10, 20 … */
export function labelEvery(size: number, space: number): number {
  if (size <= 0) return 1;
  for (let unit = 1; ; unit *= 10) {
    for (const factor of [1, 2, 5]) if (size * unit * factor >= space) return unit * factor;
  }
}
