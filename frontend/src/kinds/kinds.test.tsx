import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import * as fixtures from "./fixtures";
import { fileOf, isDrawn, kindFor, loadKind } from "./index";
import { draw } from "./testKind";

const plotly = vi.hoisted(() => ({ react: vi.fn(), purge: vi.fn() }));
vi.mock("plotly.js-cartesian-dist-min", () => ({ default: plotly }));

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const { selectionStore } = fixtures;

const cell = (name?: RegExp) => screen.getAllByRole("gridcell", name ? { name } : {})[0];

test("kinds are found by name, and none is blank", async () => {
  expect(fileOf("token_grid")).toBe("./TokenGrid.tsx");
  expect(["token_grid", "patch_grid", "head_grid", "head_matrices", "token_scores", "layer_curve"].every(isDrawn)).toBe(
    true,
  );
  expect(isDrawn("sankey_rings")).toBe(false);
  expect(kindFor("sankey_rings")).toBe(kindFor("another"));
  expect(kindFor("token_grid")).toBe(kindFor("token_grid"));
  expect(loadKind("token_grid")).toBe(loadKind("token_grid"));
});

describe.each([
  ["token_grid", fixtures.tokenGrid],
  ["patch_grid", fixtures.patchGrid],
  ["head_grid", fixtures.headGrid],
  ["head_matrices", fixtures.headMatrices],
  ["token_scores", fixtures.tokenScores],
  ["layer_curve", fixtures.layerCurve],
  ["sankey_rings", fixtures.unknown],
] as const)("%s", (kind, document) => {
  test("describes itself in one sentence and has a table twin", async () => {
    const module = await loadKind(kind);
    expect(module.describe?.(document)).toMatch(/^[A-Z].*\.$/);
    const twin = module.toTable?.(document);
    expect(twin?.rows.length).toBeGreaterThan(0);
    for (const row of twin?.rows ?? []) expect(row).toHaveLength(twin?.columns.length ?? 0);
  });

  test("token text never becomes markup", async () => {
    await draw(document);
    expect(window.document.querySelector("img, b")).toBeNull();
  });

  test("an empty result says so", async () => {
    await draw(fixtures.documentOf(kind, {}));
    expect(window.document.body.textContent?.trim()).not.toBe("");
  });
});

describe("TokenGrid", () => {
  test("one tab stop that mirrors the focused cell in words", async () => {
    await draw(fixtures.tokenGrid, selectionStore({ row: 1, position: 2 }));
    const grid = screen.getByRole("grid");
    expect(grid).toHaveAttribute("aria-rowcount", "3");
    expect(grid).toHaveAttribute("aria-colcount", "4");
    expect(within(grid).getAllByRole("gridcell")).toHaveLength(1);
    expect(cell()).toHaveAttribute("tabindex", "0");
    expect(cell()).toHaveTextContent("Layer 1, position 2, ·Mary, probability 0.400.");
    expect(cell()).toHaveAttribute("aria-colindex", "3");
    expect(cell().closest("[role=row]")).toHaveAttribute("aria-rowindex", "2");
  });

  test("arrows, Home, End and pages move the pin; Shift extends a range", async () => {
    const selection = await draw(fixtures.tokenGrid, selectionStore({ row: 1, position: 2, head: 7 }));
    const press = (key: string, shiftKey = false) => fireEvent.keyDown(cell(), { key, shiftKey });
    press("ArrowUp");
    expect(selection.get().pin).toEqual({ row: 2, position: 2, head: 7 });
    press("ArrowUp");
    expect(selection.get().pin?.row).toBe(2);
    press("PageDown");
    expect(selection.get().pin?.row).toBe(0);
    press("Home");
    expect(selection.get().pin?.position).toBe(0);
    press("End");
    expect(selection.get().pin?.position).toBe(3);
    press("ArrowLeft", true);
    press("ArrowLeft", true);
    expect(selection.get().range).toEqual([3, 1]);
    press("Enter");
    expect(selection.get().pin).toEqual({ head: 7 });
  });

  test("the pin is announced", async () => {
    await draw(fixtures.tokenGrid, selectionStore({ row: 0, position: 0 }));
    fireEvent.keyDown(cell(), { key: "ArrowRight" });
    expect(screen.getByRole("status")).toHaveTextContent("Layer emb, position 1, ·Mary, probability 0.200.");
  });

  test("says what is shown of what exists, and what lies beyond the scale", async () => {
    await draw(fixtures.tokenGrid, selectionStore(), { quantity: "entropy", onQuantity: () => {} });
    expect(screen.getByText(/3 of 3 rows · 4 of 9 tokens · top 1 of 2 per cell · 1 cell above/)).toBeVisible();
    expect(screen.getByRole("radio", { name: "Entropy" })).toBeChecked();
  });

  test("the quantity switch asks its owner", async () => {
    const onQuantity = vi.fn();
    await draw(fixtures.tokenGrid, selectionStore(), { onQuantity });
    fireEvent.click(screen.getByRole("radio", { name: "Entropy" }));
    expect(onQuantity).toHaveBeenCalledWith("entropy");
  });

  test("what is undefined is a dash", async () => {
    await draw(fixtures.tokenGrid, selectionStore({ row: 2, position: 3 }));
    expect(cell()).toHaveTextContent("probability –.");
  });

  test("hovering the canvas sets the shared hover, leaving clears it, a click pins", async () => {
    const selection = await draw(fixtures.tokenGrid);
    const stage = document.querySelector(".chart-stage") as Element;
    fireEvent.pointerMove(stage, { clientX: 80, clientY: 10, pointerType: "mouse" });
    expect(selection.get().hover).toMatchObject({ row: 2 });
    act(() => void stage.dispatchEvent(new Event("pointerleave")));
    expect(selection.get().hover).toBeNull();
    fireEvent.click(stage, { clientX: 80, clientY: 10 });
    expect(selection.get().pin).toMatchObject({ row: 2 });
    fireEvent.click(stage, { clientX: 80, clientY: 10 });
    expect(selection.get().pin).toBeNull();
  });
});

test("PatchGrid counts what the control band makes neutral", async () => {
  await draw(fixtures.patchGrid);
  expect(screen.getByText(/1 inside the control band drawn neutral/)).toBeVisible();
});

test("an unknown kind is a table and JSON", async () => {
  await draw(fixtures.unknown);
  expect(screen.getByRole("cell", { name: "<b>one</b>" })).toBeVisible();
  fireEvent.click(screen.getByRole("radio", { name: "JSON" }));
  expect(document.querySelector("pre")?.textContent).toContain('"kind": "sankey_rings"');
});
