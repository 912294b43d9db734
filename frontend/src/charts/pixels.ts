/** A grid as an image of one pixel per cell, for cells too small and too many to be drawn one by one. */
import { isDiverging, PENDING, stepCount, UNDEFINED, type Palette } from "./colour";
import { bodyOf, fromTop, type Layout, type Point } from "./layout";
import type { GridData } from "./paint";

export interface Pixels {
  canvas: HTMLCanvasElement;
  /** What it was made of, and how many cells a pixel stands for in each direction. */
  steps: Int8Array;
  palette: Palette;
  across: number;
  down: number;
}

/** The image for a layout; the old one while it is still right. */
export function pixelsOf(data: GridData, layout: Layout, palette: Palette, old: Pixels | null): Pixels | null {
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
  return { canvas, steps: data.steps, palette, across, down };
}

function wordsOf({ scale }: GridData, { words, pendingWord, undefinedWord }: Palette): (step: number) => number {
  const ramp = words[scale];
  return (step) => (step >= 0 ? ramp[step] : step === PENDING ? pendingWord : step === UNDEFINED ? undefinedWord : 0);
}

/** Draws what of the image is in the frame, every pixel a block of its own. */
export function drawPixels(context: CanvasRenderingContext2D, pixels: Pixels, layout: Layout, scroll: Point): void {
  const { canvas, across, down } = pixels;
  const body = bodyOf(layout);
  const [wide, high] = [layout.cell.width * across, layout.cell.height * down];
  const [x, y] = [scroll.x / wide, scroll.y / high];
  const width = Math.min(canvas.width - x, body.width / wide);
  const height = Math.min(canvas.height - y, body.height / high);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, x, y, width, height, body.x, body.y, width * wide, height * high);
}
