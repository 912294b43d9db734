import { expect, test } from "vitest";
import { readPalette } from "./colour";
import { layOut, type LayoutInput } from "./layout";
import { coneRect, patchPainter, type Carried } from "./patch";
import type { View } from "./paint";

const NOWHERE = { x: 0, y: 0 };
const input: LayoutInput = {
  width: 304,
  frame: 100,
  rows: 5,
  columns: 6,
  upward: true,
  gutter: 0,
  axis: 20,
  sizes: { width: { least: 50, most: 50 }, height: { least: 20, most: 20 } },
  zoom: 1,
};

test("what a cell can reach lies above it and to its right, itself among it", () => {
  const layout = layOut(input);
  expect(coneRect(layout, { row: 1, column: 2 }, NOWHERE)).toMatchObject({ x: 100, width: 200, height: 80 });
  expect(coneRect(layout, { row: 4, column: 5 }, NOWHERE)).toMatchObject({ x: 250, width: 50, height: 20 });
  expect(coneRect(layout, { row: 1, column: 9 }, NOWHERE)).toBeNull();
});

function painted(marks: Parameters<typeof patchPainter>[0]): string[] {
  const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
  const view = { layout: layOut(input), palette: readPalette(document.body), scroll: NOWHERE, gap: 2 } as View;
  patchPainter(marks)(context, view);
  return (context as unknown as { calls: [string, ...unknown[]][] }).calls.map(([name, first]) =>
    name === "fillText" ? String(first) : name,
  );
}

test("nothing is drawn while nothing is patched; source and target say what they are", () => {
  expect(painted({})).toEqual([]);
  const marks = {
    source: { mark: { row: 0, column: 1 }, tag: "from" },
    target: { mark: { row: 1, column: 2 }, tag: "into" },
  };
  expect(painted(marks)).toEqual(expect.arrayContaining(["from", "into", "stroke"]));
});

test("what is dragged is asked for with every drawing", () => {
  let held: Carried | null = null;
  const marks = { carried: () => held };
  expect(painted(marks)).toEqual([]);
  held = { from: { row: 0, column: 1 }, to: { row: 2, column: 3 }, at: { x: 175, y: 50 }, allowed: true };
  const strokes = painted(marks).filter((name) => name === "stroke").length;
  expect(strokes).toBeGreaterThan(4);
  held = { ...held, to: null };
  expect(painted(marks).filter((name) => name === "stroke").length).toBeLessThan(strokes);
});
