/** One coloured cell per head: layers upward, heads across. */
import { grid, type GridChart, type GridOptions } from "./grid";
import type { GridData } from "./paint";

export type HeadGridOptions = Omit<GridOptions, "upward" | "sizes" | "gap" | "zooms" | "map">;

const height = (rows: number) => Math.max(9, Math.min(24, Math.floor(300 / Math.max(1, rows))));

export function headGrid(element: HTMLElement, data: GridData, options: HeadGridOptions): GridChart {
  const sizes = (rows: number) => ({
    width: { least: 9, most: Math.round(height(rows) * 1.4) },
    height: { least: height(rows), most: height(rows) },
  });
  const chart = grid(element, data, { ...options, gap: 1, sizes: sizes(data.rows) });
  return { ...chart, update: (next, changed) => chart.update(next, { ...changed, sizes: sizes(next.rows) }) };
}
