import { act, fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { documentOf, selectionStore } from "./fixtures";
import { clusterOrder } from "./parts/cluster";
import { axesOf, createPairStore } from "./parts/pairStore";
import Similarity, { describe as sentence, read, toTable } from "./Similarity";

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const VALUES = [
  [1, 0.2, 0.9],
  [0.2, 1, 0.3],
  [0.9, 0.3, 1],
];
const layers = documentOf("similarity", {
  quantities: [
    { name: "cka", label: "CKA", scale: "mag", limits: [0, 1] },
    { name: "cos", label: "cosine", scale: "mag" },
  ],
  dims: { cka: ["layer", "other"], cos: ["layer", "other"], cka_control: ["layer", "other"] },
  coords: { layer: ["0", "4", "8"], other: ["0", "4", "8"] },
  cka: VALUES,
  cos: VALUES,
  cka_control: VALUES.map((row) => row.map((value) => value / 10)),
  facts: { prompts: 64 },
});

function draw(document = layers, selection = selectionStore(), props = {}) {
  render(<Similarity document={document} selection={selection} theme="light" {...props} />);
  return selection;
}
const cell = () => screen.getByRole("gridcell");
const press = (key: string) => fireEvent.keyDown(cell(), { key });
const readout = () => document.querySelector(".similarity-pair")?.textContent;

test("a grid of pairs, the first row lowest, with how many there are", () => {
  draw();
  expect(screen.getByRole("grid")).toHaveAttribute("aria-rowcount", "3");
  expect(screen.getByText(/3 × 3 pairs · layer upward, other across/)).toBeVisible();
  press("Home");
  press("PageDown");
  expect(cell()).toHaveTextContent("layer 0, other 0: CKA 1.00, control 0.10.");
});

test("a pinned pair has its value, its control and the best match of its row; the layer is pinned everywhere", () => {
  const selection = draw(layers, selectionStore({ position: 3 }));
  expect(readout()).toBe("Pin a pair to see its valueprompts64");
  press("Home");
  press("PageDown");
  press("ArrowUp");
  expect(selection.get().pin).toEqual({ position: 3, layer: 4 });
  press("ArrowRight");
  press("ArrowRight");
  expect(readout()).toBe("4 ↔ 80.30control0.034 is most like 80.30prompts64");
  act(() => selection.setPin({ layer: 0 }));
  expect(readout()).toContain("0 ↔ 80.90");
  act(() => selection.setPin(null));
  expect(readout()).toContain("Pin a pair");
});

test("the metric is the quantity", () => {
  const onQuantity = vi.fn();
  draw(layers, selectionStore(), { onQuantity });
  fireEvent.click(screen.getByRole("radio", { name: "Cosine" }));
  expect(onQuantity).toHaveBeenCalledWith("cos");
});

test("ordered by likeness, alike entries stand together and keep their names", () => {
  draw();
  fireEvent.change(screen.getByLabelText("order"), { target: { value: "cluster" } });
  press("Home");
  press("PageDown");
  const walked = ["ArrowUp", "ArrowUp"].map((key) => {
    press(key);
    return cell().textContent;
  });
  expect(walked).toEqual(["layer 8, other 0: CKA 0.90, control 0.09.", "layer 4, other 0: CKA 0.20, control 0.02."]);
});

test("unlike axes cannot be clustered together", () => {
  draw(
    documentOf("similarity", {
      quantities: [{ name: "c", label: "c", scale: "mag" }],
      dims: { c: ["layer", "other"] },
      c: [[1, 2, 3]],
    }),
  );
  expect(screen.queryByLabelText("order")).toBeNull();
});

test("in words and as a table", () => {
  expect(sentence(layers)).toBe("Most alike: layer 0, other 8: CKA 0.90, control 0.09.");
  expect(read(layers, { layer: 4 })).toBe("Most like it: layer 4, other 8: CKA 0.30, control 0.03.");
  expect(read(layers, { position: 4 })).toBeNull();
  const { columns, rows } = toTable(layers);
  expect(columns.map(({ name }) => name)).toEqual(["layer", "other", "cka", "cos", "cka_control"]);
  expect(rows[5]).toEqual([4, 8, 0.3, 0.3, 0.03]);
});

describe("the order by likeness", () => {
  const order = (values: number[][]) => clusterOrder((row, column) => values[row][column], values.length);

  test("blocks are found wherever their members stand", () => {
    const group = [0, 1, 0, 1, 2, 0];
    const values = group.map((one) => group.map((two) => (one === two ? 0.9 : 0.1)));
    const found = order(values).map((i) => group[i]);
    expect(found.join("").replace(/(.)\1*/g, "$1")).toHaveLength(3);
    expect([...order(values)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("undefined likenesses are no likeness", () => {
    expect(
      order([
        [1, Number.NaN, 0.2],
        [Number.NaN, 1, 0.1],
        [0.2, 0.1, 1],
      ]),
    ).toEqual([0, 2, 1]);
    expect(order([])).toEqual([]);
  });
});

describe("a selection of pairs", () => {
  const stores = (dims: [string, string]) => {
    const shared = selectionStore({ head: 7 });
    const [rows, columns] = axesOf(dims, [
      [0, 4, 8],
      [0, 4, 8],
    ]);
    return { shared, pairs: createPairStore(shared, rows, columns) };
  };

  test("two dimensions of one kind: the first is shared, the second kept", () => {
    const { shared, pairs } = stores(["layer", "layer"]);
    pairs.setPin({ query: 1, key: 2 });
    expect(shared.get().pin).toEqual({ head: 7, layer: 4 });
    expect(pairs.get().pin).toEqual({ query: 1, key: 2 });
  });

  test("two places are both shared", () => {
    const { shared, pairs } = stores(["layer", "position"]);
    pairs.setPin({ query: 1, key: 2 });
    expect(shared.get().pin).toEqual({ head: 7, layer: 4, position: 8 });
    shared.setPin({ layer: 8, position: 0 });
    expect(pairs.get().pin).toEqual({ query: 2, key: 0 });
  });

  test("places of no kind are kept, and unpinned", () => {
    const { shared, pairs } = stores(["prompt", "other"]);
    const heard = vi.fn();
    const leave = pairs.subscribe(heard);
    pairs.setPin({ query: 0, key: 1 });
    expect(pairs.get().pin).toEqual({ query: 0, key: 1 });
    expect(shared.get().pin).toEqual({ head: 7 });
    pairs.setPin(null);
    expect(pairs.get().pin).toBeNull();
    expect(heard).toHaveBeenCalledTimes(2);
    leave();
    pairs.setPin({ query: 0, key: 1 });
    expect(heard).toHaveBeenCalledTimes(2);
  });

  test("hovering a pair hovers its row elsewhere", () => {
    const { shared, pairs } = stores(["layer", "other"]);
    pairs.setHover({ query: 2, key: 0 });
    expect(shared.get().hover).toEqual({ layer: 8 });
    expect(pairs.get().hover).toEqual({ query: 2, key: 0 });
    pairs.setHover(null);
    shared.setHover({ layer: 4 });
    expect(pairs.get().hover).toEqual({ query: 1, key: null });
  });
});
