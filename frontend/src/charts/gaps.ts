/** Room between rows, where something else stands than cells: how much there is of it, and what a height falls on. */
import type { Layout, Point, Rect } from "./layout";

/** Room above a row, in heights of a cell and in pixels. */
export interface Gap {
  row: number;
  cells: number;
  pixels: number;
}

/** A point between two rows: the row below it, the column, and how far below the upper row. */
export interface Spot {
  row: number;
  column: number;
  y: number;
}

interface Sides {
  rows: number;
  upward: boolean;
  gaps?: readonly Gap[];
}

/** All room between rows together. */
export function roomBetween({ gaps = [] }: Pick<Sides, "gaps">): { cells: number; pixels: number } {
  return gaps.reduce((sum, gap) => ({ cells: sum.cells + gap.cells, pixels: sum.pixels + gap.pixels }), {
    cells: 0,
    pixels: 0,
  });
}

/** The room above each row, counted from the top and summed; all of it at the end. Null where there is none. */
export function roomAbove({ rows, upward, gaps }: Sides, cell: number): readonly number[] | null {
  if (!gaps?.length) return null;
  const above = new Array<number>(rows + 1).fill(0);
  for (const { row, cells, pixels } of gaps) above[upward ? rows - 1 - row : row] += Math.round(cells * cell) + pixels;
  for (let down = 1; down <= rows; down++) above[down] += above[down - 1];
  return above;
}

/** What a height of all rows falls on: a row counted from the top, and how far below that row. */
export function rowAt({ rows, cell, above }: Layout, y: number): { down: number; below: number } {
  if (!above) return { down: Math.floor(y / cell.height), below: 0 };
  let down = 0;
  while (down < rows - 1 && y >= (down + 1) * cell.height + above[down + 1]) down += 1;
  return { down, below: down < rows - 1 ? Math.max(0, y - (down + 1) * cell.height - above[down]) : 0 };
}

/** The same height of all rows after they were laid out anew. */
export function sameHeight(from: Layout, to: Layout, y: number): number {
  if (!from.above || !to.above) return (y * to.cell.height) / (from.cell.height || 1);
  const { down, below } = rowAt(from, y);
  const within = (y - below - from.above[down]) / from.cell.height;
  const room = (layout: Layout) => (layout.above ? layout.above[down + 1] - layout.above[down] : 0);
  const share = below > 0 ? (below * room(to)) / (room(from) || 1) : 0;
  return within * to.cell.height + to.above[down] + share;
}

/** The room above a row, in the frame; null where there is none. */
export function gapRect(layout: Layout, row: number, top: (down: number) => number): Rect | null {
  const { above, rows, upward, gutter, stage } = layout;
  const down = upward ? rows - 1 - row : row;
  const height = above && down > 0 && down < rows ? above[down] - above[down - 1] : 0;
  if (height <= 0) return null;
  return { x: gutter, y: top(down) - height, width: stage.width - gutter, height };
}

/** What a point between rows is in; null for one that is in a row, or beside the cells. */
export function spotAt(layout: Layout, { x, y }: Point, scroll: Point, pad: number): Spot | null {
  const { above, gutter, stage, room, cell, columns, rows, upward } = layout;
  if (!above || x < gutter || x >= stage.width || y < pad || y - pad >= room.height) return null;
  const { down, below } = rowAt(layout, y - pad + scroll.y);
  const column = Math.floor((x - gutter + scroll.x) / cell.width);
  if (below <= 0 || column < 0 || column >= columns) return null;
  return { row: upward ? rows - 2 - down : down + 1, column, y: below };
}
