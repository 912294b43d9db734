import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { Suspense } from "react";
import { describe, expect, test, vi } from "vitest";
import * as fixtures from "./fixtures";
import { fileOf, isDrawn, kindFor, loadKind } from "./index";
import type { ResultDocument, SelectionStore } from "./types";

const plotly = vi.hoisted(() => ({ react: vi.fn(), purge: vi.fn() }));
vi.mock("plotly.js-cartesian-dist-min", () => ({ default: plotly }));

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const { selectionStore } = fixtures;

async function draw(document: ResultDocument, selection: SelectionStore = selectionStore(), props = {}) {
  const Kind = kindFor(document.result.kind);
  await loadKind(document.result.kind);
  await act(async () => {
    render(
      <Suspense>
        <Kind document={document} selection={selection} theme="light" {...props} />
      </Suspense>,
    );
  });
  return selection;
}

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
    expect(
      screen.getByText(/3 of 3 rows · 4 of 9 tokens · top 1 of 2 per cell · 1 cell above the scale/),
    ).toBeVisible();
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

describe("HeadGrid", () => {
  test("lists the largest heads by size, and pins one", async () => {
    const selection = await draw(fixtures.headGrid);
    const names = screen.getAllByRole("button", { name: /^head/ }).map((button) => button.textContent);
    expect(names).toEqual(["1.0", "0.1", "0.0", "1.1"]);
    fireEvent.click(screen.getByRole("button", { name: "head 0.1" }));
    expect(selection.get().pin).toEqual({ layer: 0, head: 1 });
  });

  test("splits the total into components", async () => {
    await draw(fixtures.headGrid);
    expect([...document.querySelectorAll(".bars-name")].map((name) => name.textContent)).toEqual([
      "attention 0",
      "mlp 0",
      "embedding",
    ]);
  });
});

describe("HeadMatrices", () => {
  test("a thumbnail grid and one enlarged head, the most telling one at first", async () => {
    await draw(fixtures.headMatrices);
    const [thumbnails, matrix] = screen.getAllByRole("grid");
    expect(thumbnails).toHaveAttribute("aria-colcount", "2");
    expect(matrix).toHaveAttribute("aria-label", "Attention of head 4.3");
    expect(screen.getByText("From ·Mary 2 to")).toBeVisible();
    expect(screen.getByText(/first token held 0.58/)).toBeVisible();
  });

  test("pinning a head enlarges it; its query follows the pinned position", async () => {
    await draw(fixtures.headMatrices, selectionStore({ layer: 4, head: 0, position: 1 }));
    expect(screen.getAllByRole("grid")[1]).toHaveAttribute("aria-label", "Attention of head 4.0");
    expect(screen.getByText("From When 1 to")).toBeVisible();
  });

  test("its table lists links above a threshold", async () => {
    const twin = (await loadKind("head_matrices")).toTable?.(fixtures.headMatrices);
    expect(twin?.rows[0]).toEqual([4, 0, 0, "<bos>", 0, "<bos>", 1]);
    expect(twin?.rows.every((row) => Number(row[6]) >= 0.05)).toBe(true);
  });
});

describe("TokenScores", () => {
  test("shades tokens and lists the largest, with their sum", async () => {
    await draw(fixtures.tokenScores);
    expect([...document.querySelectorAll(".bars-value")].map((value) => value.textContent)).toEqual([
      "+2.21",
      "−0.64",
      "+0.27",
    ]);
    expect(screen.getByText(/3 of 4 listed · sum \+1.84/)).toBeVisible();
  });

  test("hover and range mark tokens without rendering them anew", async () => {
    const selection = await draw(fixtures.tokenScores, selectionStore({ position: 2 }));
    act(() => selection.setHover({ position: 1 }));
    act(() => selection.setRange([2, 3]));
    const marked = (name: string) =>
      [...document.querySelectorAll(`[${name}]`)].map((token) => token.getAttribute("data-index"));
    expect(marked("data-hovered")).toEqual(["1"]);
    expect(marked("data-ranged")).toEqual(["2", "3"]);
    expect(document.querySelector(".pinned")).toHaveAttribute("data-index", "2");
  });

  test("classes of tokens are named, coloured and counted", async () => {
    await draw(fixtures.boundaries);
    expect(screen.getByText("split 1")).toBeVisible();
    expect(document.querySelectorAll("[data-status=split]").length).toBeGreaterThan(1);
  });
});

test("LayerCurve announces series by layer and moves the pin along depth", async () => {
  const selection = await draw(fixtures.layerCurve, selectionStore({ row: 1 }));
  expect(cell()).toHaveTextContent("entropy, layer 1, 4.00 nats.");
  fireEvent.keyDown(cell(), { key: "ArrowRight" });
  expect(selection.get().pin).toEqual({ row: 2 });
  fireEvent.keyDown(cell(), { key: "ArrowDown" });
  expect(cell()).toHaveTextContent("overlap, layer out, 1.00 share.");
});

test("an unknown kind is a table and JSON", async () => {
  await draw(fixtures.unknown);
  expect(screen.getByRole("cell", { name: "<b>one</b>" })).toBeVisible();
  fireEvent.click(screen.getByRole("radio", { name: "JSON" }));
  expect(document.querySelector("pre")?.textContent).toContain('"kind": "sankey_rings"');
});
