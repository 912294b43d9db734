import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { documentOf, selectionStore } from "./fixtures";
import Scatter, { describe as sentence, read, toTable } from "./Scatter";

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(416);

const plane = documentOf("scatter", {
  quantities: [
    { name: "x", label: "PC 1", scale: "mag" },
    { name: "y", label: "PC 2", scale: "mag" },
  ],
  dims: { x: ["point"], y: ["point"], class: ["point"], label: ["point"], position: ["point"], layer: ["point"] },
  x: [0, 10, 2, 10],
  y: [0, 0, 8, 10],
  class: ["name", "name", "verb", "name"],
  label: ["", "", "<img src=x>", ""],
  position: [0, 1, 2, 3],
  layer: [5, 5, 5, 5],
  facts: { method: "PCA", variance: [0.41, 0.2] },
  total: { point: 900 },
});

function draw(document = plane, selection = selectionStore(), props = {}) {
  render(<Scatter document={document} selection={selection} theme="light" {...props} />);
  return selection;
}
const option = () => document.querySelector("[role=option]") as HTMLElement;
const chart = () => document.querySelector(".scatter") as HTMLElement;
const press = (key: string) => fireEvent.keyDown(option(), { key });
// jsdom has no PointerEvent with coordinates: a mouse event of that name carries them.
const pointer = (name: string, x: number, y: number) =>
  act(() => void chart().dispatchEvent(new MouseEvent(name, { clientX: x, clientY: y, button: 0, bubbles: true })));
/** Where a place of the plane is drawn, in a drawing of 416 × 320. */
const spot = (x: number, y: number): [number, number] => [
  46 + ((x + 0.5) / 11) * 360,
  20 + 264 - ((y + 0.5) / 11) * 264,
];

test("says how many points there are and how the axes came about", () => {
  draw();
  expect(screen.getByText(/4 of 900 points · PCA, 61% of the variance/)).toBeVisible();
  expect(sentence(plane)).toBe("4 points in 2 classes: PC 1 across, PC 2 up.");
});

test("one tab stop; arrows pin the nearest point in their direction and say it", () => {
  const selection = draw(plane, selectionStore({ layer: 5, position: 0 }));
  expect(option()).toHaveTextContent("<bos> 0, name, PC 1 0.00, PC 2 0.00.");
  press("ArrowRight");
  expect(selection.get().pin).toEqual({ layer: 5, position: 1 });
  expect(screen.getByRole("status")).toHaveTextContent("When 1, name, PC 1 10.00, PC 2 0.00.");
  press("ArrowUp");
  expect(selection.get().pin).toEqual({ layer: 5, position: 3 });
  press("Enter");
  expect(selection.get().pin).toBeNull();
});

test("a click pins the nearest point, hovering is shared", () => {
  const selection = draw();
  pointer("pointermove", ...spot(2.1, 8.1));
  expect(selection.get().hover).toEqual({ layer: 5, position: 2 });
  pointer("pointerdown", ...spot(2, 8));
  pointer("pointerup", ...spot(2, 8));
  expect(selection.get().pin).toEqual({ layer: 5, position: 2 });
  pointer("pointermove", 2, 2);
  expect(selection.get().hover).toBeNull();
});

test("a line drawn around points selects them and their positions", () => {
  const selection = draw();
  pointer("pointerdown", ...spot(-0.4, -0.4));
  for (const [x, y] of [
    [10.4, -0.4],
    [10.4, 9],
    [-0.4, 9],
  ])
    pointer("pointermove", ...spot(x, y));
  pointer("pointerup", ...spot(-0.4, 9));
  expect(screen.getByText("3 points selected")).toBeVisible();
  expect(screen.getByLabelText("What is selected")).toHaveValue("<bos> 0, When 1, <img src=x>");
  expect(selection.get().range).toEqual([0, 2]);
  expect(selection.get().pin).toBeNull();
});

test("the same by keyboard: a class, or one point after the other", () => {
  draw();
  fireEvent.click(screen.getByRole("button", { name: /name 3/ }));
  expect(screen.getByText("3 points selected")).toBeVisible();
  expect(screen.getByRole("button", { name: /name 3/ })).toHaveAttribute("aria-pressed", "true");
  fireEvent.click(screen.getByRole("button", { name: /name 3/ }));
  expect(screen.queryByLabelText("What is selected")).toBeNull();
  press(" ");
  expect(screen.getByText("1 point selected")).toBeVisible();
  expect(option()).toHaveAttribute("aria-selected", "true");
});

test("every class has a shape and its name in the drawing", () => {
  draw();
  const context = document.querySelector("canvas")?.getContext("2d") as unknown as { calls: unknown[][] };
  const texts = context.calls.filter(([name]) => name === "fillText").map(([, text]) => text);
  expect(texts).toEqual(expect.arrayContaining(["name", "verb", "PC 1", "PC 2"]));
  expect(document.querySelectorAll(".scatter-sample")).toHaveLength(2);
  expect(document.querySelector("img")).toBeNull();
});

test("thousands of points are copies of one picture of each class", () => {
  const count = 3000;
  draw(
    documentOf("scatter", {
      dims: { x: ["point"], y: ["point"], class: ["point"] },
      x: Array.from({ length: count }, (_, i) => (i === 7 ? null : i % 70)),
      y: Array.from({ length: count }, (_, i) => i % 31),
      class: Array.from({ length: count }, (_, i) => (i % 3 === 0 ? "a" : "b")),
    }),
  );
  const context = document.querySelector("canvas")?.getContext("2d") as unknown as { calls: unknown[][] };
  const copies = context.calls.filter(([name]) => name === "drawImage");
  expect(copies).toHaveLength(count - 1);
  expect(new Set(copies.map(([, picture]) => picture)).size).toBe(2);
});

test("too many points are counted by area", () => {
  const count = 50_001;
  const many = documentOf("scatter", {
    dims: { x: ["point"], y: ["point"] },
    x: Array.from({ length: count }, (_, i) => i % 7),
    y: Array.from({ length: count }, (_, i) => i % 5),
  });
  draw(many);
  expect(screen.getByText(/50,001 of 50,001 points · more than 50,000 points: counted by area/)).toBeVisible();
  expect(screen.getByRole("img", { name: /points in an area.* 0 .*1/ })).toBeVisible();
});

test("in words and as a table", () => {
  expect(read(plane, { position: 2, layer: 5 })).toBe("<img src=x>, verb, PC 1 2.00, PC 2 8.00.");
  expect(read(plane, { position: 2, layer: 4 })).toBeNull();
  const { columns, rows } = toTable(plane);
  expect(columns.map(({ name }) => name)).toEqual(["point", "x", "y", "class", "label", "position", "layer"]);
  expect(rows[2]).toEqual([2, 2, 8, "verb", "<img src=x>", 2, 5]);
});

test("a result without points is listed, never blank", () => {
  draw(documentOf("scatter", {}));
  expect(screen.getByText(/"kind": "scatter"/)).toBeVisible();
});
