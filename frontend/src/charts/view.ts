/** What a grid tells about its view, for what stands beside it. */
import { gapRect } from "./gaps";
import { bottomY, fromTop, topY, visibleColumns, type Layout, type Point } from "./layout";

/** What of a grid can be seen, and how. */
export interface GridView {
  /** First and last column in the frame, and whether there are others. */
  columns: [number, number];
  overflows: boolean;
  /** Height of a row, and where its middle is, counted from the top of the figure. */
  rowHeight: number;
  middle: (row: number) => number;
  /** The room above a row, where something else stands than cells. */
  gap: (row: number) => { y: number; height: number } | null;
  /** Where the cells begin. */
  left: number;
  /** How large cells are beside their first size. */
  zoom: number;
  /** Whether blocks of cells are drawn in place of cells. */
  pooled: boolean;
  /** Height of the frame of the cells. */
  frame: number;
  /** Whether it can be zoomed to some use: it does not fit, or is zoomed already. */
  zoomable: boolean;
  canEnlarge: boolean;
  canReduce: boolean;
  /** False while it moves. */
  still: boolean;
}

interface How {
  zooms: boolean;
  pooled: boolean;
  still: boolean;
}

export function viewOf(layout: Layout, scroll: Point, { zooms, pooled, still }: How): GridView {
  const { overflow, cell, room, zoom } = layout;
  const { least, most } = layout.zooms;
  return {
    columns: visibleColumns(layout, scroll),
    overflows: overflow.x > 0,
    rowHeight: cell.height,
    middle(row) {
      const down = fromTop(layout, row);
      return (topY(layout, down, scroll) + bottomY(layout, down, scroll)) / 2;
    },
    gap: (row) => gapRect(layout, row, (down) => topY(layout, down, scroll)),
    left: layout.gutter,
    zoom,
    pooled,
    frame: room.height,
    zoomable: zooms && (least < 1 || zoom !== 1),
    canEnlarge: zoom < most,
    canReduce: zoom > least,
    still,
  };
}
