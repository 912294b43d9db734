import { expect, test } from "vitest";
import { PENDING, UNDEFINED, type Palette } from "./colour";
import { layOut } from "./layout";
import { ABSENT, type GridData } from "./paint";
import { pixelsOf } from "./pixels";

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
