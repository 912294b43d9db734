/** What a grid tells about its view, for what stands beside it. */
import { topY, visibleColumns, type Layout, type Point } from "./layout";

/** What of a grid can be seen, and how. */
export interface GridView {
  /** First and last column in the frame, and whether there are others. */
  columns: [number, number];
  overflows: boolean;
  /** Height of a row, and where the topmost begins, counted from the top of the figure. */
  rowHeight: number;
  top: number;
  /** Height of the frame of the cells. */
  frame: number;
  /** Whether it can be zoomed to some use: it does not fit, or is zoomed already. */
  zoomable: boolean;
  canEnlarge: boolean;
  canReduce: boolean;
  /** False while it moves. */
  still: boolean;
}

export function viewOf(layout: Layout, scroll: Point, zooms: boolean, still: boolean): GridView {
  const { overflow, cell, room, zoom } = layout;
  const { least, most } = layout.zooms;
  return {
    columns: visibleColumns(layout, scroll),
    overflows: overflow.x > 0,
    rowHeight: cell.height,
    top: topY(layout, 0, scroll),
    frame: room.height,
    zoomable: zooms && (least < 1 || zoom !== 1),
    canEnlarge: zoom < most,
    canReduce: zoom > least,
    still,
  };
}
