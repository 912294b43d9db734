/** Layers upward, tokens across, as large as the page: cells fill the frame, the wheel zooms, names open what is between rows. */
import { grid, type GridChart, type GridOptions } from "./grid";
import type { CellSizes } from "./layout";
import type { GridData } from "./paint";

export type StrataGridOptions = Omit<GridOptions, "upward" | "sizes" | "gap" | "zooms" | "wheel" | "grows" | "map"> & {
  /** Larger cells, for fingers. */
  touch?: boolean;
};

function sizesOf(data: GridData, touch: boolean): CellSizes {
  const width = { least: touch ? 52 : 48, most: 112 };
  if (data.below) return { width, height: { least: 38, most: 56 } };
  return { width, height: { least: touch ? 36 : 26, most: 46 } };
}

export function strataGrid(element: HTMLElement, data: GridData, options: StrataGridOptions): GridChart {
  const { touch = false, ...rest } = options;
  const chart = grid(element, data, {
    ...rest,
    sizes: sizesOf(data, touch),
    gap: 2,
    zooms: true,
    wheel: true,
    grows: true,
    map: "within",
  });
  return { ...chart, update: (next) => chart.update(next, { sizes: sizesOf(next, touch) }) };
}
