/** Layers upward, tokens across: the token of every cell on the colour of its value. */
import { grid, type GridChart, type GridOptions } from "./grid";
import type { GridData } from "./paint";

export type TokenGridOptions = Omit<GridOptions, "upward" | "cellWidth" | "cellHeight" | "gap"> & {
  /** All columns into the frame, however narrow. */
  fit?: boolean;
  /** Larger cells, for fingers. */
  touch?: boolean;
};

/** Shorter rows as there are more of them, down to what a line of text needs. */
export function rowHeight(rows: number, touch: boolean): number {
  if (touch) return 33;
  return Math.max(19, Math.min(27, Math.floor(480 / Math.max(1, rows))));
}

const sizes = (data: GridData, { fit = false, touch = false }: TokenGridOptions) => ({
  cellWidth: { min: fit ? 1 : touch ? 53 : 46, max: 96 },
  cellHeight: rowHeight(data.rows, touch),
});

export function tokenGrid(element: HTMLElement, data: GridData, options: TokenGridOptions): GridChart {
  let given = options;
  const chart = grid(element, data, { ...options, ...sizes(data, options) });
  return {
    ...chart,
    update(next, changed) {
      given = { ...given, ...changed };
      chart.update(next, { ...changed, ...sizes(next, given) });
    },
  };
}
