import { expect, test } from "vitest";
import { PENDING, UNDEFINED, type Palette } from "./colour";
import { layOut } from "./layout";
import { ABSENT, type GridData } from "./paint";
import { drawPixels, pixelsOf } from "./pixels";

const palette = {
  words: { eff: Uint32Array.from({ length: 25 }, (_, step) => 100 + step) },
  pendingWord: 1,
  undefinedWord: 2,
} as unknown as Palette;

const data = (rows: number, steps: number[]): GridData => ({
  rows,
  columns: steps.length / rows,
  scale: "eff",
  steps: Int8Array.from(steps),
  rowLabels: [],
});

const layout = (rows: number, columns: number, width: number) =>
  layOut({
    width,
    frame: 100,
    rows,
    columns,
    upward: true,
    gutter: 0,
    axis: 0,
    sizes: { width: { least: 0.1, most: 20 }, height: { least: 20, most: 20 } },
    zoom: 1,
  });

function words(image: ReturnType<typeof pixelsOf>): number[] {
  const calls = (image?.canvas.getContext("2d") as unknown as { calls: unknown[][] }).calls;
  const [, { data: bytes }] = calls.find(([name]) => name === "putImageData") as [string, ImageData];
  return [...new Uint32Array(bytes.buffer)];
}

test("a pixel per cell, row 0 at the bottom, cells without a value apart", () => {
  const image = pixelsOf(data(2, [0, 12, 24, PENDING, UNDEFINED, ABSENT]), layout(2, 3, 104), palette, null);
  expect(words(image)).toEqual([1, 2, 0, 100, 112, 124]);
});

test("where a pixel stands for several cells it shows the strongest", () => {
  const image = pixelsOf(data(1, [12, 14, 0, 13, 12, 12]), layout(1, 6, 7), palette, null);
  expect(image?.across).toBe(2);
  expect(words(image)).toEqual([114, 100, 112]);
});

test("an image is kept as long as it is right", () => {
  const given = data(1, [0, 1]);
  const image = pixelsOf(given, layout(1, 2, 104), palette, null);
  expect(pixelsOf(given, layout(1, 2, 50), palette, image)).toBe(image);
  expect(pixelsOf({ ...given, steps: Int8Array.from([3, 4]) }, layout(1, 2, 50), palette, image)).not.toBe(image);
});

test("blocks of cells are one pixel each, and the topmost may lack rows", () => {
  const blocks = { steps: Int8Array.from([1, 2, 3, 4]), rows: 2, columns: 2, down: 2, across: 3 };
  const given = { ...data(3, new Array<number>(18).fill(0)), pooled: blocks };
  const pixels = pixelsOf(given, layout(3, 6, 60), palette, null);
  expect(pixels).toMatchObject({ across: 3, down: 2, lead: 1 });
  expect([pixels?.canvas.width, pixels?.canvas.height]).toEqual([2, 2]);
  expect(pixelsOf(given, layout(3, 6, 60), palette, pixels)).toBe(pixels);
});

test("rows with room between them are drawn apart", () => {
  const open = layOut({ ...layout(4, 8, 80), gaps: [{ row: 1, cells: 0, pixels: 30 }], frame: 400 });
  const pixels = pixelsOf(data(4, new Array<number>(32).fill(3)), open, palette, null);
  const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D & {
    calls: unknown[][];
  };
  if (pixels) drawPixels(context, pixels, open, { x: 0, y: 0 });
  const drawn = context.calls.map(([, , , y, , rows, , top, , height]) => [y, rows, top, height]);
  expect(drawn).toEqual([
    [0, 2, 4, 40],
    [2, 2, 4 + 40 + 30, 40],
  ]);
});
