import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import FeatureList, { describe as sentence, read, toTable } from "./FeatureList";
import { documentOf, selectionStore } from "./fixtures";
import { featuresOf, heights, NO_FILTERS, passes, sorted } from "./parts/featureList";

const quantity = { name: "activation", label: "activation", scale: "feat" as const };
const list = documentOf("feature_list", {
  quantities: [quantity],
  dims: {
    activation: ["feature"],
    label: ["feature"],
    top_token: ["feature"],
    density: ["feature"],
    layer: ["feature"],
    trace: ["feature", "position"],
  },
  coords: { feature: ["1843", "402", "7719", "55"] },
  activation: [4.71, 3.12, null, 5.5],
  label: ["name already mentioned", "", "name after a comma", "<img src=x>"],
  top_token: ["", " she", "", ""],
  density: [0.004, 0.2, 0.0001, null],
  layer: [8, 8, 8, 9],
  trace: [
    [0, 1, 2, 4.71],
    [0, 0, 0, 3.12],
    [0, 0, 0, 0],
    [1, 0, 0, 0],
  ],
  facts: { active: 32 },
  shown: { feature: 4 },
  total: { feature: 16384 },
});

const draw = (selection = selectionStore(), props = {}) => {
  render(<FeatureList document={list} selection={selection} theme="light" {...props} />);
  return selection;
};
const rowsShown = () => within(screen.getByRole("listbox")).getAllByRole("option");
const names = () => rowsShown().map((row) => row.getAttribute("aria-label"));
const ids = () => names().map((name) => name?.match(/\d+/)?.[0]);
const choose = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

test("rows are ranked, an unnamed one shows its token in italics, and the count says what there is", () => {
  draw();
  expect(names()).toEqual([
    "Feature 55, <img src=x>, activation 5.50.",
    "Feature 1843, name already mentioned, activation 4.71.",
    "Feature 402, ·she, activation 3.12.",
    "Feature 7719, name after a comma, activation –.",
  ]);
  expect(document.querySelector("i.feature-name")).toHaveTextContent("·she");
  expect(document.querySelector("img")).toBeNull();
  expect(screen.getByText(/4 of 32 active · 16,384 total/)).toBeVisible();
});

test("filters compose, and say how much passes", () => {
  draw(selectionStore({ position: 3 }));
  choose("activation", "0.1");
  expect(ids()).toEqual(["55", "1843", "402"]);
  choose("density", "0.1");
  expect(ids()).toEqual(["1843"]);
  choose("density", "");
  fireEvent.click(screen.getByRole("button", { name: "fires at <img·src=x> 3" }));
  expect(ids()).toEqual(["1843", "402"]);
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: " SHE" } });
  expect(ids()).toEqual(["402"]);
  expect(screen.getByText(/1 of 4 pass the filters/)).toBeVisible();
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: "zebra" } });
  fireEvent.click(screen.getByRole("button", { name: "Remove the filters" }));
  expect(ids()).toHaveLength(4);
});

test("orders: rarest, by label with the unnamed last, by number", () => {
  const all = featuresOf(list, quantity);
  const by = (order: "value" | "density" | "label" | "id") => sorted(all, order, "feat").map(({ id }) => id);
  expect(by("density")).toEqual(["7719", "1843", "402", "55"]);
  expect(by("label")).toEqual(["55", "7719", "1843", "402"]);
  expect(by("id")).toEqual(["55", "402", "1843", "7719"]);
});

test("differences rank by size, whatever their sign", () => {
  const signed = documentOf("feature_list", { dims: { d: ["feature"] }, d: [1, -3, 2] });
  const rows = sorted(featuresOf(signed, { name: "d", label: "d", scale: "dif" }), "value", "dif");
  expect(rows.map(({ value }) => value)).toEqual([-3, 2, 1]);
});

test("the list is one tab stop: arrows pin, Enter unpins, Space selects", () => {
  const selection = draw(selectionStore({ position: 2 }));
  const box = screen.getByRole("listbox");
  expect(box).toHaveAttribute("tabindex", "0");
  fireEvent.keyDown(box, { key: "ArrowDown" });
  expect(selection.get().pin).toEqual({ position: 2, feature: 1843, layer: 8 });
  const row = document.querySelector("[aria-current]");
  expect(row).toHaveAttribute("aria-label", expect.stringContaining("1843"));
  expect(box).toHaveAttribute("aria-activedescendant", row?.id);
  expect(screen.getByText("Feature 1843, name already mentioned, activation 4.71.")).toHaveAttribute("role", "status");
  fireEvent.keyDown(box, { key: " " });
  expect(row).toHaveAttribute("aria-selected", "true");
  expect(screen.getByText("1 feature selected")).toBeVisible();
  fireEvent.keyDown(box, { key: "Enter" });
  expect(selection.get().pin).toEqual({ position: 2 });
});

test("several are selected by their boxes, and their ids can be copied", () => {
  draw();
  const pick = (row: number) => fireEvent.click(document.querySelectorAll("[data-pick]")[row]);
  pick(0);
  pick(2);
  expect(screen.getByLabelText("What is selected")).toHaveValue("402, 55");
  pick(0);
  expect(screen.getByText("1 feature selected")).toBeVisible();
  fireEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(screen.queryByLabelText("What is selected")).toBeNull();
});

test("hovering marks a row without rendering it anew; a click pins it, beside others with the control key", () => {
  const selection = draw();
  const rows = rowsShown();
  act(() => selection.setHover({ feature: 402, layer: 8 }));
  expect(rows.map((row) => row.hasAttribute("data-hovered"))).toEqual([false, false, true, false]);
  fireEvent.click(rows[1]);
  expect(selection.get().pin).toEqual({ feature: 1843, layer: 8 });
  fireEvent.click(rows[2], { ctrlKey: true });
  expect(selection.get().also).toEqual([{ feature: 402, layer: 8 }]);
});

test("of many features few are elements, and the focused one is among them", () => {
  const many = documentOf("feature_list", {
    quantities: [quantity],
    dims: { activation: ["feature"] },
    activation: Array.from({ length: 5000 }, (_, i) => 5000 - i),
  });
  render(<FeatureList document={many} selection={selectionStore()} theme="light" />);
  expect(rowsShown().length).toBeLessThan(30);
  fireEvent.keyDown(screen.getByRole("listbox"), { key: "End" });
  expect(document.querySelector(".active")).toHaveAttribute("aria-posinset", "5000");
});

test("compact: the first rows, nothing to operate", () => {
  draw(selectionStore(), { compact: true });
  expect(screen.queryByRole("searchbox")).toBeNull();
  expect(document.querySelector("[data-pick]")).toBeNull();
});

test("in words and as a table", () => {
  expect(sentence(list)).toBe("Largest: <img src=x>, activation 5.50.");
  expect(read(list, { feature: 1843, layer: 8 })).toBe(
    "Feature 1843 (name already mentioned): activation 4.71, 2nd of 4 listed. It fires on 0.004 of all tokens.",
  );
  expect(read(list, { feature: 9 })).toBeNull();
  expect(read(list, { position: 2 })).toBeNull();
  const { columns, rows } = toTable(list);
  expect(columns.map(({ name }) => name)).toEqual(["feature", "activation", "label", "top_token", "density", "layer"]);
  expect(rows[0]).toEqual([1843, 4.71, "name already mentioned", "", 0.004, 8]);
});

test("a curve over many tokens keeps its peaks", () => {
  const trace = new Array(100).fill(0);
  trace[57] = 3;
  expect(heights(trace, 10)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(heights([1, 2], 10)).toEqual([0.5, 1]);
});

test("a feature whose density is not told passes no density filter", () => {
  const [, , , unknown] = featuresOf(list, quantity);
  expect(passes(unknown, NO_FILTERS, 6)).toBe(true);
  expect(passes(unknown, { ...NO_FILTERS, density: 0.1 }, 6)).toBe(false);
});

test("a neuron is known by its layer and number, whatever its rank", () => {
  const neurons = documentOf("feature_list", {
    quantities: [quantity],
    dims: { activation: ["feature"], neuron: ["feature"], layer: ["feature"] },
    coords: { feature: ["3.17", "3.5"] },
    activation: [2, 1],
    neuron: [17, 5],
    layer: [3, 3],
  });
  expect(featuresOf(neurons, quantity).map(({ place }) => place)).toEqual([
    { layer: 3, feature: 17 },
    { layer: 3, feature: 5 },
  ]);
});
