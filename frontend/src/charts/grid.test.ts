import { beforeEach, expect, test, vi } from "vitest";
import { stepOf } from "./colour";
import { grid, type GridOptions } from "./grid";
import { matrixSteps, tileSteps, type HeadPatterns } from "./matrix";
import { ABSENT, clipText, type GridData } from "./paint";

interface Recorded {
  calls: unknown[][];
}

const recorded = (canvas: Element) => (canvas as HTMLCanvasElement).getContext("2d") as unknown as Recorded;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

let host: HTMLElement;

beforeEach(() => {
  document.body.replaceChildren();
  host = document.createElement("div");
  Object.defineProperty(host, "clientWidth", { value: 500 });
  document.body.append(host);
});

function data(rows: number, columns: number): GridData {
  return {
    rows,
    columns,
    scale: "prob",
    steps: Int8Array.from({ length: rows * columns }, (_, i) => stepOf("prob", (i % 10) / 10, 0, 1)),
    label: (row, column) => ({ text: `·${row}.${column}`, lead: 1 }),
    rowLabels: Array.from({ length: rows }, (_, i) => String(i)),
    columnIndices: Array.from({ length: columns }, (_, i) => String(i)),
  };
}

const options: GridOptions = { cellWidth: { min: 28, max: 60 }, cellHeight: 20 };
const drawn = (canvas: Element, name: string) => recorded(canvas).calls.filter(([call]) => call === name).length;

test("hovering draws on the upper canvas only", async () => {
  const chart = grid(host, data(3, 5), options);
  const [base, over] = host.querySelectorAll("canvas");
  expect(drawn(base, "fillText")).toBeGreaterThan(15);
  recorded(base).calls.length = 0;
  recorded(over).calls.length = 0;
  chart.highlight({ hover: { row: 1, column: 2 } });
  chart.highlight({
    hover: { row: 1, column: 3 },
    pins: [{ row: 0, column: 0 }],
    range: [1, 2],
    focus: { row: 2, column: 2 },
  });
  await frame();
  expect(recorded(base).calls).toHaveLength(0);
  expect(drawn(over, "clearRect")).toBe(1);
  expect(drawn(over, "stroke")).toBeGreaterThan(3);
});

test("only visible columns are drawn, and many small cells as pixels", () => {
  grid(host, data(3, 400), options);
  const texts = drawn(host.querySelectorAll("canvas")[0], "fillText");
  expect(texts).toBeLessThan(150);
  grid(host, data(49, 512), { ...options, cellWidth: { min: 0.5, max: 60 }, cellHeight: 9 });
  const base = host.querySelectorAll("canvas")[2];
  expect(drawn(base, "drawImage")).toBe(1);
  expect(drawn(base, "fillRect")).toBe(0);
});

test("pointer and theme", async () => {
  const onHover = vi.fn();
  const onPin = vi.fn();
  const chart = grid(host, data(3, 5), { ...options, onHover, onPin });
  const stage = host.querySelector(".chart-stage") as HTMLElement;
  stage.dispatchEvent(new MouseEvent("pointermove", { clientX: 40, clientY: 5 }));
  stage.dispatchEvent(new MouseEvent("pointermove", { clientX: 41, clientY: 5 }));
  expect(onHover.mock.calls).toEqual([[{ row: 2, column: 0 }]]);
  stage.dispatchEvent(new MouseEvent("click", { clientX: 40, clientY: 5, shiftKey: true }));
  expect(onPin).toHaveBeenCalledWith({ row: 2, column: 0 }, { extend: true });
  const base = host.querySelector("canvas") as HTMLCanvasElement;
  recorded(base).calls.length = 0;
  document.documentElement.dataset.theme = "dark";
  await frame();
  await frame();
  expect(drawn(base, "clearRect")).toBe(1);
  chart.destroy();
  expect(host.children).toHaveLength(0);
});

test("text is cut where it no longer fits", () => {
  const context = recorded(document.createElement("canvas")) as unknown as CanvasRenderingContext2D;
  expect(clipText(context, "store", 30)).toBe("store");
  expect(clipText(context, "supermarket", 36)).toBe("super…");
  expect(clipText(context, "ab", 5)).toBe("");
});

const patterns = (size: number, causal = true): HeadPatterns => ({
  layers: 1,
  heads: 1,
  size: [size, size],
  scale: "attn",
  low: 0,
  high: 1,
  weight: (_l, _h, query, key) => (query === key ? 0.25 : 0),
  causal,
  root: false,
});

test("the future half of a causal matrix does not exist", () => {
  expect([...matrixSteps(patterns(2), 0, 0)]).toEqual([3, ABSENT, 0, 3]);
  expect([...matrixSteps(patterns(2, false), 0, 0)]).toEqual([3, 0, 0, 3]);
});

test("thumbnails of long prompts keep the maximum of what a pixel covers", () => {
  const tile = tileSteps({ ...patterns(144), root: true }, 0, 0);
  expect(tile).toMatchObject({ width: 72, height: 72 });
  expect(tile.steps[0]).toBe(6);
  expect(tile.steps[1]).toBe(ABSENT);
  expect(tile.steps[72]).toBe(0);
});
