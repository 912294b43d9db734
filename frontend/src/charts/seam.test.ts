import { expect, test } from "vitest";
import { BAND, linkWidth, ofQuery, type SeamLink } from "./band";
import { readPalette } from "./colour";
import { bodyOf, layOut } from "./layout";
import type { GridData, View } from "./paint";
import { gapsOf, HALF, seamsBetween, type Seam } from "./seam";

const half = (name: string) => ({
  name,
  steps: new Int8Array(4).fill(12),
  label: (column: number) => ({ text: `${name}${column}`, lead: 0 }),
  tip: (column: number) => [`${name} ${column}`],
});
const links: SeamLink[] = [
  { query: 3, key: 0, weight: 0.2 },
  { query: 3, key: 2, weight: 0.7 },
  { query: 3, key: 1, weight: 0.15 },
  { query: 1, key: 0, weight: 0.9 },
];
const band: Seam["band"] = {
  name: ["9.9", "attention"],
  links,
  ghosts: [],
  weight: (weight) => weight.toFixed(2),
  tip: () => ["9.9"],
};
const seams: Seam[] = [{ row: 1, halves: [half("mlp"), half("attn")], band }];

interface Recorded extends CanvasRenderingContext2D {
  calls: unknown[][];
}

function drawnBy(draw: (context: Recorded, view: View) => void) {
  const context = document.createElement("canvas").getContext("2d") as Recorded;
  const layout = layOut({
    ...{ width: 360, frame: 600, rows: 3, columns: 4, upward: true, gutter: 70, axis: 30, zoom: 1 },
    sizes: { width: { least: 40, most: 70 }, height: { least: 30, most: 30 } },
    gaps: gapsOf(seams),
  });
  const data: GridData = {
    rows: 3,
    columns: 4,
    scale: "prob",
    steps: new Int8Array(12),
    rowLabels: ["emb", "1", "out"],
  };
  const view = { data, layout, palette: readPalette(document.body), scroll: { x: 0, y: 0 }, gap: 2 };
  draw(context, view);
  return { calls: context.calls, view };
}
const named = (calls: unknown[][], name: string) => calls.filter(([call]) => call === name);

test("a half-row is so many cells high, a band so many pixels", () => {
  expect(gapsOf(seams)).toEqual([{ row: 1, cells: 2 * HALF, pixels: BAND }]);
  expect(gapsOf([{ ...seams[0], band: null }])[0].pixels).toBe(0);
});

test("the links of a query come strongest first, and heavier ones are wider", () => {
  expect(ofQuery(links, 3).map(({ key }) => key)).toEqual([2, 0, 1]);
  expect(linkWidth(0.7, true)).toBeGreaterThan(linkWidth(0.2, true));
  expect(linkWidth(5, false)).toBe(linkWidth(1, false));
});

test("links that neither begin nor end in the frame are left out", () => {
  const { calls } = drawnBy((context, view) => {
    const layout = { ...view.layout, columns: 400, room: { ...view.layout.room, width: 70 } };
    seamsBetween(seams, "attention").draw(context, { ...view, layout, scroll: { x: 140, y: 0 } });
  });
  expect(named(calls, "bezierCurveTo")).toHaveLength(1);
});

test("every link is a curve within its band: none crosses cells", () => {
  const { calls, view } = drawnBy((context, on) => seamsBetween(seams, "attention").draw(context, on));
  const curves = named(calls, "bezierCurveTo");
  expect(curves).toHaveLength(links.length);
  const starts = named(calls, "moveTo");
  const body = bodyOf(view.layout);
  const top = body.y + 30 + Math.round(2 * HALF * 30);
  for (const [, , y1, , y2, , y] of curves as [string, ...number[]][])
    for (const height of [y1, y2, y]) {
      expect(height).toBeGreaterThanOrEqual(top);
      expect(height).toBeLessThanOrEqual(top + BAND);
    }
  expect(starts.every(([, , y]) => y === top + 1)).toBe(true);
  // From the looking token above to the one looked at below.
  const middle = (column: number) => 70 + 70 * column + 34;
  const ends = starts.map(([, x], i) => `${x} ${curves[i][5]}`);
  expect(ends.sort()).toEqual(links.map(({ query, key }) => `${middle(query)} ${middle(key)}`).sort());
  const texts = named(calls, "fillText").map(([, text]) => text);
  expect(texts).toEqual(expect.arrayContaining(["mlp0", "attn3"]));
});

test("the pinned query's curves are drawn above, with the weights of its two strongest", () => {
  const { calls } = drawnBy((context, view) =>
    seamsBetween(seams, "attention").mark(context, view, { pins: [{ row: 1, column: 3 }] }),
  );
  expect(named(calls, "bezierCurveTo")).toHaveLength(3);
  expect(named(calls, "fillText").map(([, text]) => text)).toEqual(["0.70", "0.20"]);
});

test("a point between rows is told by the half-row or the band it is in", () => {
  const { view } = drawnBy(() => {});
  const told = (y: number) => seamsBetween(seams, "attention").tip({ row: 1, column: 2, y }, view)?.lines;
  expect(told(3)).toEqual(["mlp 2"]);
  expect(told(HALF * 30 + 3)).toEqual(["attn 2"]);
  expect(told(2 * HALF * 30 + 20)).toEqual(["9.9"]);
  expect(seamsBetween(seams, "attention").tip({ row: 2, column: 2, y: 3 }, view)).toBeNull();
});

test("its names stand left of the cells", () => {
  const { calls } = drawnBy((context, view) => seamsBetween(seams, "attention").name(context, view));
  expect(named(calls, "fillText").map(([, text]) => text)).toEqual(["mlp", "attn", "9.9", "attention"]);
});
