import { fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { documentOf, layerCurve, selectionStore } from "./fixtures";
import { loadKind } from "./index";
import { draw, notes } from "./testKind";

const plotly = vi.hoisted(() => ({ react: vi.fn(), purge: vi.fn() }));
vi.mock("plotly.js-cartesian-dist-min", () => ({ default: plotly }));
vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const cell = () => screen.getByRole("gridcell");
const many = documentOf("layer_curve", {
  quantities: [{ name: "v", label: "value", scale: "mag" }],
  dims: { v: ["series", "layer"] },
  coords: { series: ["a", "b", "c", "d", "e", "f", "g", "h"] },
  v: Array.from({ length: 8 }, (_, series) => [series, 2 * series, 0]),
});

test("series are announced by names that people read, and the pin moves along depth", async () => {
  const selection = await draw(layerCurve, selectionStore({ row: 1 }));
  expect(cell()).toHaveTextContent("entropy, layer 1, 4.00 nats.");
  fireEvent.keyDown(cell(), { key: "ArrowRight" });
  expect(selection.get().pin).toEqual({ row: 2 });
  fireEvent.keyDown(cell(), { key: "ArrowDown" });
  expect(cell()).toHaveTextContent("top-k overlap, layer out, 1.00 share.");
});

test("Shift and an arrow enlarge a part of the axis, which can be left again", async () => {
  const selection = await draw(layerCurve, selectionStore({ row: 1 }));
  expect(notes()).toContain("3 of 3 series · 3 of 3 rows");
  fireEvent.keyDown(cell(), { key: "ArrowRight", shiftKey: true });
  expect(notes()).toContain("1 to out of 3 · show all");
  expect(selection.get().range).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "show all" }));
  expect(notes()).toContain("3 of 3 rows");
  fireEvent.keyDown(cell(), { key: "ArrowLeft" });
  fireEvent.keyDown(cell(), { key: "ArrowLeft", shiftKey: true });
  expect(notes()).toContain("emb to 1 of 3");
  fireEvent.keyDown(cell(), { key: "0" });
  expect(notes()).toContain("3 of 3 rows");
});

test("of many series some are chosen; the last one stays", async () => {
  await draw(many);
  expect(notes()).toContain("6 of 8 series");
  fireEvent.click(screen.getByRole("button", { name: /series 6 of 8/ }));
  const box = (name: string) => screen.getByRole("checkbox", { name });
  expect(box("g")).not.toBeChecked();
  fireEvent.click(box("g"));
  expect(notes()).toContain("7 of 8 series");
  for (const name of ["a", "b", "c", "d", "e", "f", "g"]) fireEvent.click(box(name));
  expect(notes()).toContain("1 of 8 series");
  expect(box("g")).toBeChecked();
});

test("the pinned layer is read in a sentence", async () => {
  const { read, describe, toTable } = await loadKind("layer_curve");
  expect(read?.(layerCurve, { row: 1 })).toBe(
    "Layer 1: entropy 4.00 nats, top-k overlap 0.50 share, control 7.00 nats.",
  );
  expect(read?.(many, { layer: 1 })).toBe("Layer 1: a 0.00, b 2.00, c 4.00, d 6.00, and 4 more.");
  expect(read?.(layerCurve, { position: 1 })).toBeNull();
  expect(describe?.(many)).toBe("Value: largest 14.00 (h, layer 1); 8 series over 3 layers.");
  expect(toTable?.(layerCurve).rows[3]).toEqual(["top-k overlap", "emb", 0.1, 0, 0.2]);
});
