/** Layers upward, tokens across: the token of every cell on the colour of its value. */
import { grid, type GridChart, type GridOptions } from "./grid";
import type { CellSizes } from "./layout";
import type { GridData } from "./paint";

export type TokenGridOptions = Omit<GridOptions, "upward" | "sizes" | "gap" | "zooms"> & {
  /** Larger cells, for fingers. */
  touch?: boolean;
};

/** Wide enough for a short word; as high as one line of text needs, or two. */
function sizesOf(data: GridData, touch: boolean): CellSizes {
  const width = { least: touch ? 48 : 44, most: 96 };
  if (data.below) return { width, height: { least: 34, most: 40 } };
  return { width, height: touch ? { least: 33, most: 33 } : { least: 19, most: 27 } };
}

export function tokenGrid(element: HTMLElement, data: GridData, options: TokenGridOptions): GridChart {
  const { touch = false, ...rest } = options;
  const chart = grid(element, data, { ...rest, sizes: sizesOf(data, touch), gap: 1, zooms: true });
  return {
    ...chart,
    update: (next, changed) => chart.update(next, { ...changed, sizes: sizesOf(next, touch) }),
  };
}
