import { expect, test } from "vitest";
import { documentOf, headGrid } from "../fixtures";
import type { Quantity, ResultBody, Scale } from "../types";
import { headsOf, headSteps, inBand, sortHeads, sortsOf } from "./heads";

const quantityOf = (scale: Scale): Quantity => ({
  name: "v",
  label: "v",
  scale,
  limits: scale === "eff" ? [-1, 1] : [0, 1],
});
const grid = (v: number[][], more: Partial<ResultBody> = {}, dims: Record<string, string[]> = {}) =>
  documentOf("head_grid", { quantities: [quantityOf("eff")], dims: { v: ["layer", "head"], ...dims }, v, ...more });

const name = ({ layer, head }: { layer: number; head: number }) => `${layer}.${head}`;

test("heads are sorted by size, by value and by layer", () => {
  const quantity = { name: "head", label: "effect", scale: "eff" as const };
  const { list } = headsOf(headGrid, quantity);
  const names = (sort: Parameters<typeof sortHeads>[2]) => sortHeads(list, quantity, sort).map(name);
  expect(names("size")).toEqual(["1.0", "0.1", "0.0", "1.1"]);
  expect(names("highest")).toEqual(["1.0", "0.0", "1.1", "0.1"]);
  expect(names("lowest")).toEqual(["0.1", "1.1", "0.0", "1.0"]);
  expect(names("layer")).toEqual(["1.0", "1.1", "0.0", "0.1"]);
  expect(sortsOf(quantityOf("attn"))).not.toContain("size");
});

test("what the control reaches is neutral, at its very limits too", () => {
  const band: [number, number] = [-0.1, 0.2];
  expect([-0.11, -0.1, 0, 0.2, 0.21].map((value) => inBand({ value, band }))).toEqual([false, true, true, true, false]);
  expect(inBand({ value: 0, band: null })).toBe(false);
});

test("the control's band and the threshold are counted apart", () => {
  const controls = { control_low: [[-0.1, -0.1, -0.1]], control_high: [[0.1, 0.1, 0.1]] };
  const dims = { control_low: ["layer", "head"], control_high: ["layer", "head"] };
  const heads = headsOf(grid([[0.05, 0.3, -0.9]], controls, dims), quantityOf("eff"));
  expect(headSteps(heads, 0)).toMatchObject({ neutral: 1, small: 0 });
  const { steps, neutral, small } = headSteps(heads, 0.5);
  expect({ neutral, small }).toEqual({ neutral: 1, small: 1 });
  expect([...steps]).toEqual([12, 12, 1]);
});

test("one band may hold for all heads", () => {
  const heads = headsOf(grid([[0.05, 0.3]], { facts: { control_low: -0.1, control_high: 0.1 } }), quantityOf("eff"));
  expect(heads.list.map(inBand)).toEqual([true, false]);
});

test("below the threshold a sequential scale shows its first step", () => {
  const heads = headsOf(grid([[0.2, 0.8]], { quantities: [quantityOf("attn")] }), quantityOf("attn"));
  expect([...headSteps(heads, 0.5).steps]).toEqual([0, 10]);
});

test("roles come from an array or by name", () => {
  const words = grid([[1, 2]], { role: [["copies", ""]] }, { role: ["layer", "head"] });
  expect(headsOf(words, quantityOf("eff")).list.map(({ role }) => role)).toEqual(["copies", ""]);
  const named = grid([[1, 2]], { facts: { roles: { "0.1": "inhibits" } } });
  expect(headsOf(named, quantityOf("eff")).list.map(({ role }) => role)).toEqual(["", "inhibits"]);
});

test("parts by token let the first token be left out", () => {
  const parts = {
    v_by_token: [
      [
        [0.6, 0.3, 0.1],
        [-0.2, 0, 0],
      ],
    ],
  };
  const document = grid([[1, -0.2]], parts, { v_by_token: ["layer", "head", "position"] });
  const rest = headsOf(document, quantityOf("eff"), "hidden");
  expect(rest.list.map(({ value }) => Number(value.toFixed(9)))).toEqual([0.4, 0]);
  expect(rest.heldByFirst).toBeCloseTo(0.8 / 1.2);
  expect(headsOf(document, quantityOf("eff"), "renormalised").list).toEqual(rest.list);
  expect(headsOf(document, quantityOf("eff")).heldByFirst).toBeNull();
  // Without parts nothing can be left out.
  expect(headsOf(grid([[1]]), quantityOf("eff"), "hidden").heldByFirst).toBeNull();
});
