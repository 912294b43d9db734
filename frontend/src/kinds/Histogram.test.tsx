import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { documentOf, selectionStore } from "./fixtures";
import Histogram, { describe as sentence, read, toTable } from "./Histogram";
import { heightOf, powers, shareBelow, type Bins } from "./parts/histogram";

const counts = documentOf("histogram", {
  quantities: [{ name: "count", label: "activation", scale: "feat" }],
  dims: { count: ["bin"], edges: ["edge"], control: ["bin"], value: ["position"] },
  count: [1000, 100, 0, 10],
  edges: [0, 2, 4, 6, 8],
  control: [900, 200, 10, 0],
  value: [0.5, 3, 7, 99],
});

const draw = (document = counts, selection = selectionStore(), props = {}) => {
  render(<Histogram document={document} selection={selection} theme="light" {...props} />);
  return selection;
};
const bars = () => [...document.querySelectorAll(".histogram-bar")];
const heights = () => bars().map((bar) => Number(bar.getAttribute("height")));

test("bars as high as their counts, and the control over them", () => {
  draw();
  const [first, second, third, fourth] = heights();
  expect(second / first).toBeCloseTo(0.1, 5);
  expect(third).toBe(0);
  expect(fourth / first).toBeCloseTo(0.01, 1);
  expect(document.querySelector(".histogram-control")?.getAttribute("d")?.match(/H/g)).toHaveLength(4);
  expect(screen.getByText("4 bins · 1,110 counted · dashed: control")).toBeVisible();
});

test("a log axis lifts rare bins, and an empty one stays on the ground", () => {
  draw();
  fireEvent.click(screen.getByRole("radio", { name: "Log" }));
  const [first, second, third, fourth] = heights();
  expect(first).toBeGreaterThan(second);
  expect(second).toBeGreaterThan(fourth);
  expect(fourth / first).toBeGreaterThan(0.3);
  expect(third).toBe(0);
  expect(powers(1000)).toEqual([1, 10, 100, 1000]);
});

test("the marker follows the pinned position, and keeps inside the drawing", () => {
  const selection = draw(counts, selectionStore({ position: 1 }));
  const x = () => Number(document.querySelector(".histogram-marker > line")?.getAttribute("x1"));
  expect(screen.getByText("your cell 3.00")).toBeVisible();
  const [before, here] = [x(), () => x()];
  act(() => selection.setPin({ position: 2 }));
  expect(here()).toBeGreaterThan(before);
  act(() => selection.setPin({ position: 3 }));
  expect(screen.getByText("your cell 99.00")).toBeVisible();
  expect(here()).toBeLessThanOrEqual(350);
  act(() => selection.setPin(null));
  expect(document.querySelector(".histogram-marker")).toBeNull();
});

test("bins are walked by keyboard and said", () => {
  draw();
  const cell = screen.getByRole("gridcell");
  fireEvent.keyDown(cell, { key: "Home" });
  expect(screen.getByRole("status")).toHaveTextContent("0.00 to 2.00, 1,000 counted, share 0.901, control 900.");
});

test("in words and as a table", () => {
  expect(sentence(counts)).toBe("1,110 values of activation between 0.00 and 8.00.");
  expect(read(counts, { position: 1 })).toBe("Your cell has activation 3.00, more than 95% of what is counted.");
  expect(read(counts, { position: 9 })).toBeNull();
  expect(toTable(counts).rows[1]).toEqual([2, 4, 100, 200]);
});

test("the share below a value counts bins by parts", () => {
  const bins: Bins = { edges: [0, 2, 4], counts: [10, 30], control: null, total: 40, largest: 30 };
  expect([-1, 0, 1, 2, 3, 4, 9].map((value) => shareBelow(bins, value))).toEqual([0, 0, 0.125, 0.25, 0.625, 1, 1]);
  expect(heightOf(0, 30, true)).toBe(0);
  expect(heightOf(30, 30, true)).toBe(1);
});

test("edges that do not fit the counts are listed, not drawn", () => {
  draw(documentOf("histogram", { dims: { count: ["bin"], edges: ["edge"] }, count: [1, 2], edges: [0, 1] }));
  expect(document.querySelector(".histogram")).toBeNull();
  expect(screen.getByRole("table")).toBeVisible();
});
