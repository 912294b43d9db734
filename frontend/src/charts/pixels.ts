/** A grid as an image of one pixel per cell, for cells too small and too many to be drawn one by one. */
import { isDiverging, PENDING, stepCount, UNDEFINED, type Palette } from "./colour";
import { bodyOf, fromTop, topY, visibleRows, type Layout, type Point } from "./layout";
import type { GridData, Pooled } from "./paint";

export interface Pixels {
  canvas: HTMLCanvasElement;
  /** What it was made of, and how many cells a pixel stands for in each direction. */
  steps: Int8Array;
  palette: Palette;
  across: number;
  down: number;
  /** Rows that the topmost pixels lack of a whole block. */
  lead: number;
}

/** The image for a layout; the old one while it is still right. */
export function pixelsOf(data: GridData, layout: Layout, palette: Palette, old: Pixels | null): Pixels | null {
  if (data.pooled) return pooledPixels(data, data.pooled, layout.upward, palette, old);
  const [across, down] = [layout.cell.width, layout.cell.height].map((side) => (side < 1 ? Math.ceil(1 / side) : 1));
  if (old?.steps === data.steps && old.palette === palette && old.across === across && old.down === down) return old;
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(data.columns / across);
  canvas.height = Math.ceil(data.rows / down);
  const context = canvas.getContext("2d");
  if (!context || canvas.width === 0 || canvas.height === 0) return null;
  const image = context.createImageData(canvas.width, canvas.height);
  const words = new Uint32Array(image.data.buffer);
  const strength = new Int8Array(words.length).fill(-1);
  const colours = wordsOf(data, palette);
  const middle = isDiverging(data.scale) ? (stepCount(data.scale) - 1) / 2 : 0;
  for (let row = 0; row < data.rows; row++) {
    const line = Math.floor(fromTop(layout, row) / down) * canvas.width;
    for (let column = 0; column < data.columns; column++) {
      const step = data.steps[row * data.columns + column];
      const at = line + Math.floor(column / across);
      // Where a pixel stands for several cells it shows the strongest.
      const strong = step < 0 ? 0 : Math.abs(step - middle) + 1;
      if (strong <= strength[at]) continue;
      strength[at] = strong;
      words[at] = colours(step);
    }
  }
  context.putImageData(image, 0, 0);
  return { canvas, steps: data.steps, palette, across, down, lead: 0 };
}

/** The image of blocks of cells, one pixel each. */
function pooledPixels(
  data: GridData,
  { steps, rows, columns, across, down }: Pooled,
  upward: boolean,
  palette: Palette,
  old: Pixels | null,
): Pixels | null {
  if (old?.steps === steps && old.palette === palette) return old;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  if (!context || columns === 0 || rows === 0) return null;
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const colours = wordsOf(data, palette);
  for (let row = 0; row < rows; row++) {
    const line = (upward ? rows - 1 - row : row) * columns;
    for (let column = 0; column < columns; column++) words[line + column] = colours(steps[row * columns + column]);
  }
  context.putImageData(image, 0, 0);
  return { canvas, steps, palette, across, down, lead: upward ? rows * down - data.rows : 0 };
}

function wordsOf({ scale }: GridData, { words, pendingWord, undefinedWord }: Palette): (step: number) => number {
  const ramp = words[scale];
  return (step) => (step >= 0 ? ramp[step] : step === PENDING ? pendingWord : step === UNDEFINED ? undefinedWord : 0);
}

/** Draws what of the image is in the frame, every pixel a block of its own; rows that have room between them apart. */
export function drawPixels(context: CanvasRenderingContext2D, pixels: Pixels, layout: Layout, scroll: Point): void {
  context.imageSmoothingEnabled = false;
  for (const run of runsOf(layout, scroll)) drawRun(context, pixels, layout, scroll, run);
}

/** First and last row of each stretch without room in it, counted from the top. */
function runsOf(layout: Layout, scroll: Point): [number, number][] {
  const { above } = layout;
  if (!above) return [[0, layout.rows - 1]];
  const [first, last] = visibleRows(layout, scroll);
  const runs: [number, number][] = [];
  for (let down = first; down <= last; down++) {
    if (runs.length > 0 && above[down] === above[down - 1]) runs[runs.length - 1][1] = down;
    else runs.push([down, down]);
  }
  return runs;
}

function drawRun(
  context: CanvasRenderingContext2D,
  { canvas, across, down, lead }: Pixels,
  layout: Layout,
  scroll: Point,
  [first, last]: [number, number],
): void {
  const body = bodyOf(layout);
  const [wide, high] = [layout.cell.width * across, layout.cell.height * down];
  const top = Math.max(body.y, topY(layout, first, scroll));
  const x = scroll.x / wide;
  const y = (first + lead) / down + (top - topY(layout, first, scroll)) / high;
  const width = Math.min(canvas.width - x, body.width / wide);
  const height = Math.min(canvas.height, (last + 1 + lead) / down) - y;
  const shown = Math.min(height, (body.y + body.height - top) / high);
  if (shown > 0) context.drawImage(canvas, x, y, width, shown, body.x, top, width * wide, shown * high);
}
