import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { createSelection } from "../state/selection";
import { differenceOf } from "./difference";
import { documentOf, tokenGrid } from "./fixtures";
import TokenGrid, { read } from "./TokenGrid";
import type { KindProps, ResultDocument } from "./types";

const frameWidth = vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const CHECK = { name: "exact", label: "exact", value: 0, verdict: "ok" } as const;
const checked = (document: ResultDocument): ResultDocument => ({ ...document, checks: [CHECK] });

async function draw(document: ResultDocument, props: Partial<KindProps> = {}) {
  const selection = createSelection((callback) => callback());
  await act(async () => {
    render(<TokenGrid document={document} selection={selection} theme="light" {...props} />);
  });
  return selection;
}

const stage = () => window.document.querySelector(".chart-stage") as HTMLElement;
const cell = () => screen.getByRole("gridcell");
const texts = (name: "base" | "over") => {
  const canvas = window.document.querySelector(`canvas.${name}`) as HTMLCanvasElement;
  const { calls } = canvas.getContext("2d") as unknown as { calls: unknown[][] };
  return calls.filter(([call]) => call === "fillText").map(([, text]) => text);
};
/** The middle of the column and row, where four columns of 96 pixels stand beside a gutter of 30. */
const spot = (column: number, down = 0) => ({ clientX: 30 + 96 * column + 48, clientY: 4 + 27 * down + 13 });

describe("pins", () => {
  test("a further one is set and taken away with Ctrl or ⌘, and has a letter", async () => {
    const selection = await draw(tokenGrid);
    fireEvent.click(stage(), spot(1));
    expect(texts("over")).not.toContain("A");
    fireEvent.click(stage(), { ...spot(3, 1), ctrlKey: true });
    fireEvent.click(stage(), { ...spot(0, 2), metaKey: true });
    expect(selection.get().pin).toMatchObject({ row: 2, position: 1 });
    expect(selection.get().also).toMatchObject([
      { row: 1, position: 3 },
      { row: 0, position: 0 },
    ]);
    expect(texts("over")).toEqual(expect.arrayContaining(["A", "B", "C"]));
    fireEvent.click(stage(), { ...spot(3, 1), ctrlKey: true });
    expect(selection.get().also).toHaveLength(1);
  });

  test("a click on any of them unpins it; of several the next one becomes the first", async () => {
    const selection = await draw(tokenGrid);
    fireEvent.click(stage(), spot(1));
    fireEvent.click(stage(), { ...spot(3, 1), ctrlKey: true });
    fireEvent.click(stage(), { ...spot(2, 1), ctrlKey: true });
    fireEvent.click(stage(), spot(3, 1));
    expect(selection.get().also).toMatchObject([{ row: 1, position: 2 }]);
    fireEvent.click(stage(), spot(1));
    expect(selection.get()).toMatchObject({ pin: { row: 1, position: 2 }, also: [] });
    fireEvent.click(stage(), spot(2, 1));
    expect(selection.get().pin).toBeNull();
  });

  test("by keyboard: with Ctrl the focus moves alone, Shift and Enter set a further pin", async () => {
    const selection = await draw(tokenGrid);
    fireEvent.click(stage(), spot(1));
    fireEvent.keyDown(cell(), { key: "ArrowRight", ctrlKey: true });
    expect(selection.get().pin).toMatchObject({ row: 2, position: 1 });
    expect(cell()).toHaveAttribute("aria-colindex", "3");
    expect(cell()).toHaveAttribute("aria-selected", "false");
    fireEvent.keyDown(cell(), { key: "Enter", shiftKey: true });
    expect(selection.get().also).toMatchObject([{ row: 2, position: 2 }]);
    expect(cell()).toHaveAttribute("aria-selected", "true");
    fireEvent.keyDown(cell(), { key: "ArrowRight" });
    expect(selection.get().pin).toMatchObject({ row: 2, position: 3 });
  });

  test("a click gives the grid the keyboard", async () => {
    const selection = await draw(tokenGrid);
    fireEvent.click(stage(), spot(1));
    expect(cell()).toHaveFocus();
    expect(selection.get().pin).toMatchObject({ row: 2, position: 1 });
    fireEvent.keyDown(cell(), { key: "ArrowLeft" });
    expect(selection.get().pin).toMatchObject({ row: 2, position: 0 });
  });

  test("Shift and a click extend a range from the pin", async () => {
    const selection = await draw(tokenGrid);
    fireEvent.click(stage(), spot(1));
    fireEvent.click(stage(), { ...spot(3), shiftKey: true });
    expect(selection.get()).toMatchObject({ pin: { position: 1 }, range: [1, 3] });
  });
});

describe("zoom", () => {
  const controls = () => screen.queryByRole("group", { name: "Size of the cells" });
  const enlarge = () => [1, 2].forEach(() => fireEvent.keyDown(cell(), { key: "+" }));

  test("a grid that fits has no controls until it is zoomed; 0 fits it again", async () => {
    await draw(tokenGrid);
    expect(controls()).toBeNull();
    enlarge();
    await waitFor(() => expect(controls()).toBeVisible());
    expect(screen.getByText(/tokens 0–\d of 4 · drag for more/)).toBeVisible();
    fireEvent.keyDown(cell(), { key: "0" });
    await waitFor(() => expect(controls()).toBeNull());
  });

  test("the controls stay as long as they have the focus", async () => {
    await draw(tokenGrid);
    enlarge();
    const fit = await screen.findByRole("button", { name: "Show all cells" });
    act(() => fit.focus());
    fireEvent.click(fit);
    await waitFor(() => expect(fit).toHaveAttribute("aria-disabled", "true"));
    expect(fit).toHaveFocus();
    act(() => fit.blur());
    expect(controls()).toBeNull();
  });

  test("a grid that does not fit says which columns are in view", async () => {
    frameWidth.mockReturnValue(150);
    await draw(tokenGrid);
    frameWidth.mockReturnValue(600);
    expect(controls()).toBeVisible();
    expect(screen.getByText(/tokens 0–1 of 4/)).toBeVisible();
  });
});

test("digits choose the quantity in its order", async () => {
  const onQuantity = vi.fn();
  await draw(tokenGrid, { onQuantity });
  for (const key of ["2", "1", "3"]) fireEvent.keyDown(cell(), { key });
  expect(onQuantity.mock.calls).toEqual([["entropy"], ["probability"]]);
});

test("limits that other figures share are kept to", async () => {
  await draw(tokenGrid, { limits: { probability: [0, 0.35] } });
  expect(screen.getByText(/5 cells above/)).toBeVisible();
  expect(screen.getByRole("img", { name: /from 0 to 0.35/ })).toBeVisible();
});

test("what is still computed is counted, and has no dash", async () => {
  await draw(tokenGrid);
  expect(screen.getByText(/11 of 12 cells computed/)).toBeVisible();
  expect(texts("base")).not.toContain("–");
});

describe("the reading of the pinned cell", () => {
  test("says what the row would say, and what the model says", () => {
    expect(read(tokenGrid, { row: 1, position: 2 })).toBe(
      "Row 1 would say ·Mary here with probability 0.500, then ·John with 0.250; the output says the same with 0.500.",
    );
    expect(read(tokenGrid, { row: 0, position: 2 })).toMatch(/^The embedding alone would say/);
    expect(read(tokenGrid, { row: 2, position: 1 })).toBe(
      "The model itself says ·Mary here with probability 0.500, then ·John with 0.250.",
    );
  });

  test("adds the quantity drawn where that is another", () => {
    expect(read(tokenGrid, { row: 1, position: 2 }, "entropy")).toMatch(/; entropy: 4.00 nats\.$/);
  });

  test("of a grid without tokens is the number", () => {
    const norms = documentOf("token_grid", {
      quantities: [{ name: "norm", label: "length", scale: "mag" }],
      dims: { norm: ["row", "position"] },
      norm: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(read(norms, { row: 1, position: 0 })).toBe("In row out at position 0 (<bos>), length: 3.00.");
  });

  test("is none where nothing of the grid is pinned", () => {
    expect(read(tokenGrid, { position: 2 })).toBeNull();
    expect(read(tokenGrid, { row: 1, position: 99 })).toBeNull();
  });
});

describe("a difference", () => {
  const other = checked({ ...tokenGrid, key: "b" });
  other.result = {
    ...other.result,
    tokens: other.result.tokens.map((token, i) => (i === 1 ? { ...token, text: "While", bytes: "5768696c65" } : token)),
    topk_text: Array.from({ length: 3 }, () => Array.from({ length: 4 }, (_, i) => [i === 1 ? " Ann" : " Mary", "x"])),
  };
  const { document } = differenceOf(checked(tokenGrid), other, "position");

  test("shows both first tokens where they differ, and both tokens on the axis", async () => {
    await draw(document as ResultDocument);
    const printed = texts("base").join(" ");
    expect(printed).toMatch(/Mary · Ann/);
    expect(printed).toMatch(/While/);
  });

  test("reads both sides", () => {
    expect(read(document as ResultDocument, { row: 1, position: 1 })).toBe(
      "In row 1 at position 1 (When) the first tokens are ·Mary in A, ·Ann in B; A − B of probability: 0.00.",
    );
  });
});
