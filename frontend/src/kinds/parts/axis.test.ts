import { expect, test } from "vitest";
import { extent, ticks, tickText } from "./axis";

test("how far values reach, whatever is undefined", () => {
  expect(extent([3, Number.NaN, -1, Infinity])).toEqual([-1, 3]);
  expect(extent([Number.NaN])).toBeNull();
  expect(extent([])).toBeNull();
});

test("ticks are round, inside the range, and not too many", () => {
  expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks(-0.3, 0.31, 3)).toEqual([-0.2, 0, 0.2]);
  expect(ticks(0, 9834, 4)).toEqual([0, 2000, 4000, 6000, 8000]);
  expect(ticks(2, 2, 4)).toEqual([2]);
});

test("ticks are written with the decimals of their step", () => {
  expect(ticks(-0.3, 0.31, 3).map((value, _, all) => tickText(value, all))).toEqual(["\u22120.2", "0.0", "0.2"]);
  expect(tickText(1500, [0, 500])).toBe("1500");
});
