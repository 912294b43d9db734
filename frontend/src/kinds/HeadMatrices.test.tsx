import { act, fireEvent, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { documentOf, headMatrices, selectionStore } from "./fixtures";
import { loadKind } from "./index";
import { draw, notes } from "./testKind";

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const kind = () => loadKind("head_matrices");
const listed = () => screen.getAllByRole("listitem").map((item) => item.textContent);

test("a thumbnail grid and one enlarged head, the most telling one at first", async () => {
  await draw(headMatrices);
  const [thumbnails, matrix] = screen.getAllByRole("grid");
  expect(thumbnails).toHaveAttribute("aria-colcount", "2");
  expect(matrix).toHaveAttribute("aria-label", "Attention of head 4.3");
  expect(screen.getByRole("list", { name: "from ·Mary (2) to" })).toBeVisible();
  expect(listed()).toEqual(["When10.700", "<bos>00.200", "·Mary20.100"]);
  expect(notes()).toBe("2 of 2 heads · thumbnails: square root · first token held 0.58");
});

test("pinning a head enlarges it; its query follows the pinned position", async () => {
  await draw(headMatrices, selectionStore({ layer: 4, head: 0, position: 1 }));
  expect(screen.getAllByRole("grid")[1]).toHaveAttribute("aria-label", "Attention of head 4.0");
  expect(screen.getByRole("heading", { name: "from When (1) to" })).toBeVisible();
});

test("a threshold counts the links that stay, and all can be shown again", async () => {
  await draw(headMatrices, selectionStore({ layer: 4, head: 3 }));
  fireEvent.change(screen.getByRole("slider"), { target: { value: "0.5" } });
  expect(notes()).toContain("4 of 6 links of 4.3 · show all");
  fireEvent.click(screen.getByRole("button", { name: "show all" }));
  expect(notes()).not.toContain("links");
});

test("lines run from tokens that look to tokens looked at; faint ones are left out at first", async () => {
  const selection = await draw(headMatrices, selectionStore({ layer: 4, head: 3, position: 2 }));
  fireEvent.click(screen.getByRole("radio", { name: "Lines" }));
  const paths = () => [...document.querySelectorAll("path[data-query]")];
  expect(notes()).toContain("6 of 6 links");
  fireEvent.change(screen.getByRole("slider"), { target: { value: "0.5" } });
  expect(paths().map((path) => `${path.getAttribute("data-query")} ${path.getAttribute("data-key")}`)).toEqual([
    "0 0",
    "1 0",
    "1 1",
    "2 1",
  ]);
  expect(paths().at(-1)).toHaveClass("pinned");
  // From the middle of a row to the middle of another, on no name.
  expect(paths().at(-1)).toHaveAttribute("d", "M0 45C50 45 50 27 100 27");
  expect(paths().map((path) => Number(path.getAttribute("stroke-width")).toFixed(2))).toEqual([
    "5.00",
    "2.80",
    "2.80",
    "3.68",
  ]);
  act(() => selection.setHover({ position: 1 }));
  expect(paths().map((path) => path.hasAttribute("data-hovered"))).toEqual([false, true, true, false]);
  fireEvent.click(document.querySelector(".links-to > [data-key='1']") as Element);
  expect(selection.get().pin).toMatchObject({ query: 2, key: 1 });
});

test("keys move from link to link in the lines", async () => {
  const selection = await draw(headMatrices, selectionStore({ layer: 4, head: 3, query: 2, key: 0 }));
  fireEvent.click(screen.getByRole("radio", { name: "Lines" }));
  const cell = within(screen.getAllByRole("grid")[1]).getByRole("gridcell");
  expect(cell).toHaveTextContent("·Mary 2 looks at <bos> 0, 0.200.");
  fireEvent.keyDown(cell, { key: "ArrowRight" });
  expect(selection.get().pin).toMatchObject({ query: 2, key: 1, position: 2 });
});

test("heads sorted by a score stand below one another", async () => {
  await draw(headMatrices);
  fireEvent.change(screen.getByRole("combobox", { name: "sort" }), { target: { value: "first" } });
  const [thumbnails] = screen.getAllByRole("grid");
  expect(thumbnails).toHaveAttribute("aria-rowcount", "2");
  expect(thumbnails).toHaveAttribute("aria-colcount", "1");
  fireEvent.keyDown(within(thumbnails).getByRole("gridcell"), { key: "PageUp" });
  expect(screen.getAllByRole("grid")[1]).toHaveAttribute("aria-label", "Attention of head 4.0");
});

test("without the first token its column is gone, and what it held is told", async () => {
  await draw(headMatrices, selectionStore({ layer: 4, head: 3, position: 2 }), { firstToken: "renormalised" });
  expect(listed()).toEqual(["When10.875", "·Mary20.125"]);
  expect(screen.getAllByRole("grid")[1]).toHaveAttribute("aria-colcount", "2");
  expect(notes()).toContain("rows divided by what the first token leaves, first token held 0.58");
  expect(screen.getByText(/2 of 2 keys · first token held 0.20/)).toBeVisible();
});

test("a link is pinned from the list, and another beside it with Ctrl", async () => {
  const selection = await draw(headMatrices, selectionStore({ layer: 4, head: 3, position: 2, query: 2, key: 0 }));
  const link = screen.getByRole("button", { name: /When/ });
  fireEvent.pointerEnter(link);
  expect(selection.get().hover).toEqual({ query: 2, key: 1, position: 1 });
  fireEvent.click(link, { ctrlKey: true });
  expect(selection.get().also).toEqual([{ query: 2, key: 1 }]);
  fireEvent.click(link);
  expect(selection.get()).toMatchObject({ pin: { query: 2, key: 0 }, also: [] });
  fireEvent.click(link);
  expect(selection.get().pin).toMatchObject({ query: 2, key: 1 });
});

test("what is pinned is read in a sentence", async () => {
  const { read } = await kind();
  expect(read?.(headMatrices, { layer: 4, head: 3, position: 2 })).toBe(
    "In head 4.3, ·Mary (2) looks most at When (1), 0.700, then at <bos> (0), 0.200.",
  );
  expect(read?.(headMatrices, { layer: 4, head: 3, query: 2, key: 0 })).toBe(
    "In head 4.3, ·Mary (2) looks at <bos> (0) with 0.200: the 2nd of 3 tokens it sees.",
  );
  expect(read?.(headMatrices, { layer: 4, head: 3 })).toBe(
    "Head 4.3: its strongest link beyond the first token goes from ·Mary (2) to When (1), 0.700.",
  );
  expect(read?.(headMatrices, { layer: 2, head: 0, position: 2 })).toBeNull();
  expect(read?.(headMatrices, { row: 3 })).toBeNull();
});

test("its table lists links from a size on, and says which", async () => {
  const twin = (await kind()).toTable?.(headMatrices);
  expect(twin?.rows[0]).toEqual([4, 0, 0, "<bos>", 0, "<bos>", 1]);
  expect(twin?.rows.every((row) => Number(row[6]) >= 0.05)).toBe(true);
  expect(twin?.columns[6].label).toBe("attention weight, at least 0.05");
});

test("a matrix alone is drawn even where there is no room for more", async () => {
  const alone = documentOf("head_matrices", {
    ...headMatrices.result,
    coords: {},
    pattern: [
      [
        [
          [1, 0],
          [0.5, 0.5],
        ],
      ],
    ],
  });
  await draw(alone, selectionStore(), { compact: true });
  expect(screen.getByRole("grid")).toHaveAttribute("aria-label", "Attention of head 0.0");
  expect(screen.queryByRole("slider")).toBeNull();
});
