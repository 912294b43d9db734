import { act, fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { documentOf, headGrid, selectionStore } from "./fixtures";
import { loadKind } from "./index";
import { draw, notes } from "./testKind";

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const heads = () => screen.getAllByRole("button", { name: /^head/ }).map((button) => button.textContent);
const banded = documentOf("head_grid", {
  ...headGrid.result,
  dims: { ...headGrid.result.dims, control_low: ["layer", "head"], control_high: ["layer", "head"] },
  control_low: [
    [-0.2, -0.2],
    [-0.2, -0.2],
  ],
  control_high: [
    [0.2, 0.2],
    [0.2, 0.2],
  ],
});
const many = documentOf("head_grid", {
  quantities: [{ name: "head", label: "effect", scale: "eff" }],
  dims: { head: ["layer", "head"] },
  head: [Array.from({ length: 8 }, (_, head) => (head + 1) / 10)],
});

test("the largest heads are listed by size, and one is pinned", async () => {
  const selection = await draw(headGrid);
  expect(heads()).toEqual(["1.0", "0.1", "0.0", "1.1"]);
  fireEvent.click(screen.getByRole("button", { name: "head 0.1" }));
  expect(selection.get().pin).toEqual({ layer: 0, head: 1 });
  fireEvent.click(screen.getByRole("button", { name: "head 0.1" }));
  expect(selection.get().pin).toBeNull();
});

test("several heads are pinned with ⌘ or Ctrl, and have letters", async () => {
  const selection = await draw(headGrid, selectionStore({ layer: 1, head: 0 }));
  fireEvent.click(screen.getByRole("button", { name: "head 0.1" }), { metaKey: true });
  expect(selection.get()).toMatchObject({ pin: { layer: 1, head: 0 }, also: [{ layer: 0, head: 1 }] });
  expect([...document.querySelectorAll(".pin-letter")].map((letter) => letter.textContent)).toEqual(["A", "B"]);
});

test("hovering a head elsewhere marks its row", async () => {
  const selection = await draw(headGrid);
  act(() => selection.setHover({ layer: 1, head: 1 }));
  expect([...document.querySelectorAll("tr[data-hovered]")].map((row) => row.textContent)).toEqual(["1.10.00"]);
});

test("the list is sorted as asked, and grows to all", async () => {
  await draw(many);
  expect(heads()).toEqual(["0.7", "0.6", "0.5", "0.4", "0.3", "0.2"]);
  expect(notes()).toBe("6 of 8 listed · show all");
  fireEvent.change(screen.getByRole("combobox", { name: "sort" }), { target: { value: "lowest" } });
  fireEvent.click(screen.getByRole("button", { name: "show all" }));
  expect(heads()).toEqual(["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
});

test("what is below the threshold leaves the list and is counted", async () => {
  await draw(many);
  fireEvent.change(screen.getByRole("slider"), { target: { value: "0.4" } });
  expect(heads()).toEqual(["0.7", "0.6", "0.5", "0.4", "0.3"]);
  expect(notes()).toBe("8 of 8 heads · 3 under 0.40 drawn neutral");
});

test("what the control reaches is counted and has no colour", async () => {
  await draw(banded);
  expect(notes()).toContain("2 inside the control band drawn neutral");
  expect(document.querySelector("[data-layer='0'][data-head='0'] .ink-3")).toHaveTextContent("+0.10");
});

test("heads that are still to come are counted", async () => {
  await draw(
    documentOf("head_grid", {
      ...headGrid.result,
      head: [
        [0.1, null],
        [null, null],
      ],
    }),
  );
  expect(notes()).toContain("1 of 4 cells computed");
});

test("limits that other figures share are drawn, and what is beyond them is counted", async () => {
  await draw(headGrid, selectionStore(), { limits: { head: [-1, 1] } });
  expect(screen.getByRole("img", { name: /from −1 to \+1/ })).toBeInTheDocument();
  expect(notes()).toContain("1 cell above");
});

test("the total is split into components", async () => {
  await draw(headGrid);
  expect(screen.getByText("Parts of the total: 3 largest of 3")).toBeVisible();
  expect([...document.querySelectorAll(".bars-name")].map((name) => name.textContent)).toEqual([
    "attention 0",
    "mlp 0",
    "embedding",
  ]);
});

test("the pinned head is read in a sentence, with its control", async () => {
  const { read, describe } = await loadKind("head_grid");
  expect(read?.(headGrid, { layer: 0, head: 1 })).toBe(
    "Head 0.1: effect on target − distractor −0.90 logits, the 2nd largest of 4.",
  );
  expect(read?.(banded, { layer: 0, head: 0 })).toBe(
    "Head 0.0: effect on target − distractor +0.10 logits, the 3rd largest of 4; a random control reaches as much (−0.20 … 0.20).",
  );
  expect(read?.(headGrid, { layer: 7, head: 1 })).toBeNull();
  expect(read?.(headGrid, { layer: 1 })).toBeNull();
  expect(describe?.(headGrid)).toBe("Largest: head 1.0, effect on target − distractor +1.40; 2 of 4 heads below 0.15.");
});
