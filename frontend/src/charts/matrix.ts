/** Attention matrices: a thumbnail per head, and one enlarged matrix (rows look, columns are looked at). */
import { stepOf, type Palette } from "./colour";
import { grid, type GridChart, type GridOptions } from "./grid";
import type { CellSizes } from "./layout";
import { ABSENT, type GridData } from "./paint";

export interface HeadPatterns {
  layers: number;
  heads: number;
  /** Queries and keys. */
  size: [number, number];
  scale: GridData["scale"];
  low: number;
  high: number;
  /** Weight of a (layer, head, query, key). */
  weight: (layer: number, head: number, query: number, key: number) => number;
  causal: boolean;
  /** Square root of values, which lifts faint ones; for thumbnails. */
  root: boolean;
}

const TILE = 72;
/** Height of an enlarged matrix, and its largest cells. */
const ENLARGED = 260;
const LARGEST = 18;

const square = (side: number): CellSizes => ({
  width: { least: side, most: side },
  height: { least: side, most: side },
});

/** Whole pixels as long as there are a few. */
function sideOf(rows: number): number {
  const side = Math.min(LARGEST, ENLARGED / Math.max(1, rows));
  return side >= 3 ? Math.floor(side) : side;
}

/** Steps of one head at no more than TILE × TILE pixels; larger patterns keep the maximum of what a pixel covers. */
export function tileSteps(
  patterns: HeadPatterns,
  layer: number,
  head: number,
): { width: number; height: number; steps: Int8Array } {
  const [queries, keys] = patterns.size;
  const [height, width] = [Math.min(TILE, queries), Math.min(TILE, keys)];
  const steps = new Int8Array(width * height).fill(ABSENT);
  const largest = new Float64Array(width * height).fill(Number.NaN);
  for (let query = 0; query < queries; query++) {
    const last = patterns.causal ? Math.min(query, keys - 1) : keys - 1;
    const line = Math.floor((query * height) / queries) * width;
    for (let key = 0; key <= last; key++) {
      const value = patterns.weight(layer, head, query, key);
      const at = line + Math.floor((key * width) / keys);
      if (Number.isNaN(largest[at]) || value > largest[at]) largest[at] = value;
    }
  }
  for (let at = 0; at < steps.length; at++) {
    if (!Number.isNaN(largest[at])) steps[at] = weightStep(patterns, largest[at]);
  }
  return { width, height, steps };
}

function weightStep({ scale, low, high, root }: HeadPatterns, value: number): number {
  if (!root) return stepOf(scale, value, low, high);
  return stepOf(scale, Math.sqrt(Math.max(0, (value - low) / (high - low || 1))), 0, 1);
}

/** Draws thumbnails, each made once per theme. */
function thumbnailPainter(patterns: HeadPatterns): NonNullable<GridData["paint"]> {
  const made = new Map<number, HTMLCanvasElement>();
  let theme: Palette | null = null;
  return (context, layer, head, rect, palette) => {
    if (theme !== palette) made.clear();
    theme = palette;
    const key = layer * patterns.heads + head;
    const tile = made.get(key) ?? tileOf(patterns, layer, head, palette);
    made.set(key, tile);
    const side = Math.min(rect.width, rect.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(tile, rect.x, rect.y, side, side);
  };
}

function tileOf(patterns: HeadPatterns, layer: number, head: number, palette: Palette): HTMLCanvasElement {
  const { width, height, steps } = tileSteps(patterns, layer, head);
  const tile = document.createElement("canvas");
  tile.width = width;
  tile.height = height;
  const context = tile.getContext("2d");
  if (!context) return tile;
  const image = context.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  const ramp = palette.words[patterns.scale];
  for (let at = 0; at < steps.length; at++) if (steps[at] >= 0) words[at] = ramp[steps[at]];
  context.putImageData(image, 0, 0);
  return tile;
}

export type MatrixOptions = Omit<GridOptions, "upward" | "sizes" | "gap" | "zooms" | "map">;

function thumbnailData(
  patterns: HeadPatterns,
  layerLabels: readonly string[],
  headLabels: readonly string[],
): GridData {
  return {
    rows: patterns.layers,
    columns: patterns.heads,
    scale: patterns.scale,
    steps: new Int8Array(patterns.layers * patterns.heads),
    rowLabels: layerLabels,
    columnIndices: headLabels,
    paint: thumbnailPainter(patterns),
  };
}

export interface ThumbnailInput {
  patterns: HeadPatterns;
  layerLabels: readonly string[];
  headLabels: readonly string[];
}

/** L × H thumbnails of 36 px, layers upward. */
export function headThumbnails(
  element: HTMLElement,
  input: ThumbnailInput,
  options: MatrixOptions & { cell?: number },
) {
  const cell = (options.cell ?? 36) + 4;
  const chart = grid(element, thumbnailData(input.patterns, input.layerLabels, input.headLabels), {
    ...options,
    gap: 4,
    sizes: square(cell),
  });
  return {
    ...chart,
    update: (next: ThumbnailInput, changed?: Partial<GridOptions>) =>
      chart.update(thumbnailData(next.patterns, next.layerLabels, next.headLabels), changed),
  };
}

/** One matrix, queries downward, all of it in the frame at first. */
export function matrix(element: HTMLElement, data: GridData, options: MatrixOptions): GridChart {
  const shape = ({ rows }: GridData) => {
    const side = sideOf(rows);
    return { sizes: square(side), gap: side >= 6 ? 1 : 0 };
  };
  const chart = grid(element, data, { ...options, upward: false, zooms: true, ...shape(data) });
  return { ...chart, update: (next, changed) => chart.update(next, { ...changed, ...shape(next) }) };
}
