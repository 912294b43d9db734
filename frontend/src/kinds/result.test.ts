import { expect, test } from "vitest";
import { documentOf, headMatrices, tokenGrid } from "./fixtures";
import {
  array,
  at,
  chosen,
  clipping,
  countLine,
  find,
  headLine,
  indices,
  labels,
  limitsIn,
  limitsOf,
  otherTokens,
  roundUp,
  texts,
} from "./result";
import { selectionStore } from "./fixtures";
import { setPart, togglePart } from "./selection";

test("arrays read the same from nested lists and from flat values", () => {
  const nested = documentOf("k", {
    dims: { v: ["row", "position"] },
    v: [
      [1, null],
      [3, 4],
    ],
  });
  const flat = documentOf("k", {
    dims: { v: ["row", "position"] },
    v: { data: Float32Array.of(1, Number.NaN, 3, 4), shape: [2, 2] },
  });
  for (const document of [nested, flat]) {
    const v = array(document, "v");
    expect(v).toMatchObject({ shape: [2, 2], dims: ["row", "position"] });
    expect(at(v, 1, 0)).toBe(3);
    expect(at(v, 0, 1)).toBeNaN();
    expect(at(v, 2, 0)).toBeNaN();
  }
  expect(array(nested, "absent").data).toHaveLength(0);
});

test("texts are not numbers", () => {
  expect(find(tokenGrid, "topk_text")).toBeNull();
  expect(texts(tokenGrid, "topk_text")?.data[1]).toBe(" John");
  expect(texts(tokenGrid, "probability")).toBeNull();
});

test("empty arrays have a shape for every dimension", () => {
  const document = documentOf("k", { dims: { v: ["layer", "head"] }, v: [] });
  expect(array(document, "v").shape).toEqual([0, 0]);
});

test("a quantity without its array is not offered", () => {
  const document = documentOf("k", {
    quantities: [
      { name: "gone", label: "gone", scale: "mag" },
      { name: "here", label: "here", scale: "mag" },
    ],
    dims: { here: ["position"] },
    here: [1],
  });
  expect(chosen(document, "gone")?.name).toBe("here");
});

test("limits: fixed first, symmetric when signed, not ruled by one giant", () => {
  const of = (scale: "mag" | "eff" | "prob", values: number[], limits: [number, number] | null = null) =>
    limitsOf({ name: "q", label: "q", scale, limits }, values);
  expect(of("mag", [1, 2], [0, 9])).toEqual([0, 9]);
  expect(of("prob", [0.2])).toEqual([0, 1]);
  expect(of("eff", [0.3, -1.3, Number.NaN])).toEqual([-1.5, 1.5]);
  const norms = [...Array.from({ length: 20 }, (_, i) => 10 + i), 900];
  expect(of("mag", norms)[1]).toBeLessThan(50);
  expect(clipping(norms, of("mag", norms))).toEqual({ above: 1, below: 0 });
});

test("of very many values a sample tells where most of them lie", () => {
  const rows = Array.from({ length: 400_000 }, (_, i) => (i % 100 === 0 ? 5000 : 1 + (i % 7)));
  expect(limitsOf({ name: "q", label: "q", scale: "mag" }, rows)).toEqual([0, 8]);
});

test("limits that other figures share come before all others", () => {
  const quantity = { name: "q", label: "q", scale: "mag" as const, limits: [0, 3] as [number, number] };
  expect(limitsIn({ q: [0, 9] }, quantity, [1])).toEqual([0, 9]);
  expect(limitsIn({ other: [0, 9] }, quantity, [1])).toEqual([0, 3]);
});

test("tokens of the other run stand where they differ", () => {
  const other = { id: 1, text: " x", bytes: "2078" };
  const document = documentOf("k", { other_tokens: [null, other, null], coords: { position: ["1", "2"] } });
  expect(otherTokens(document, 2)).toEqual([other, null]);
  expect(otherTokens(documentOf("k", {}), 2)).toEqual([null, null]);
});

test("heads are counted over layers", () => {
  expect(headLine(headMatrices, [1, 2])).toBe("2 of 2 heads");
  expect(headLine(documentOf("k", { total: { layer: 12, head: 12 } }), [1, 12])).toBe("12 of 144 heads");
});

test("round numbers above", () => {
  expect([0.68, 1, 1.31, 38.6, 8.1].map(roundUp)).toEqual([0.8, 1, 1.5, 40, 10]);
  expect(roundUp(0)).toBe(1);
});

test("rows are named emb, numbers and out; subsets keep their own numbers", () => {
  expect(labels(documentOf("k", {}), "row", 3)).toEqual(["emb", "1", "out"]);
  expect(indices(tokenGrid, "row", 3)).toEqual([0, 1, 2]);
  expect(indices(headMatrices, "head", 2)).toEqual([0, 3]);
  const part = documentOf("k", { coords: { row: ["emb", "5", "out"] }, total: { row: 13 } });
  expect(indices(part, "row", 3)).toEqual([0, 5, 12]);
});

test("the count says what is shown of what exists", () => {
  expect(countLine(tokenGrid, ["row", "position"], [3, 4])).toBe("3 of 3 rows · 4 of 9 tokens");
  expect(countLine(tokenGrid, ["layer"], [1])).toBe("1 of 1 layer");
});

test("a kind pins its own dimensions and keeps the others", () => {
  const selection = selectionStore({ row: 5, position: 14 });
  setPart(selection, { layer: 5, head: 2 });
  expect(selection.get().pin).toEqual({ row: 5, position: 14, layer: 5, head: 2 });
  togglePart(selection, { row: 5, position: 14 });
  expect(selection.get().pin).toEqual({ layer: 5, head: 2 });
  togglePart(selection, { layer: 5, head: 2 });
  expect(selection.get().pin).toBeNull();
});
