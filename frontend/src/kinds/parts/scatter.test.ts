import { describe, expect, test } from "vitest";
import { documentOf } from "../fixtures";
import { densityOf, isInside, neighbour, pointsOf } from "./scatter";

const points = (body: Record<string, unknown>, dims: Record<string, string[]> = {}) =>
  pointsOf(documentOf("scatter", { dims: { x: ["point"], y: ["point"], ...dims }, ...body }));

test("the six largest classes have names, the rest shares one", () => {
  const names = [..."aaabbbccddeeffgh"];
  const found = points({ x: names.map((_, i) => i), y: names.map(() => 0), class: names }, { class: ["point"] });
  expect(found?.classes.map(({ name, count }) => `${name}${count}`)).toEqual(["a3", "b3", "c2", "d2", "e2", "f2"]);
  expect(found?.rest).toBe(2);
  expect([...(found?.classOf ?? [])].slice(-2)).toEqual([-1, -1]);
});

test("points of a series are joined from layer to layer", () => {
  const found = points(
    { x: [0, 1, 2, 3, 4], y: [0, 1, 2, 3, 4], series: [7, 8, 7, 7, 9], layer: [2, 0, 0, 1, 5] },
    { series: ["point"], layer: ["point"] },
  );
  expect(found?.lines).toEqual([[2, 3, 0]]);
  expect(found?.places[0]).toEqual({ layer: 2 });
});

test("without x or y there are no points", () => {
  expect(points({ x: [1, 2], y: [] })?.count).toBe(2);
  expect(pointsOf(documentOf("scatter", { dims: { x: ["point"] }, x: [1] }))).toBeNull();
});

test("a density counts every finite point once, corners included", () => {
  const found = points({ x: [0, 1, 1, 0.5, null], y: [0, 1, 1, 0.4, 0.5] });
  const density = found && densityOf(found, 2, 2);
  expect(density?.counts.reduce((sum, n) => sum + n, 0)).toBe(4);
  expect(density?.largest).toBe(2);
});

describe("choosing", () => {
  test("inside a closed line, its bays outside", () => {
    const bay: [number, number][] = [
      [0, 0],
      [10, 0],
      [10, 10],
      [5, 2],
      [0, 10],
    ];
    expect(isInside([1, 1], bay)).toBe(true);
    expect(isInside([5, 8], bay)).toBe(false);
    expect(isInside([9, 7], bay)).toBe(true);
    expect(isInside([11, 5], bay)).toBe(false);
  });

  test("arrows go to the nearest point in their direction", () => {
    const places: [number, number][] = [
      [0, 0],
      [10, 1],
      [4, 30],
      [-5, 0],
      [20, -3],
    ];
    expect(neighbour("ArrowRight", 0, places)).toBe(1);
    expect(neighbour("ArrowRight", 1, places)).toBe(4);
    expect(neighbour("ArrowLeft", 0, places)).toBe(3);
    expect(neighbour("ArrowDown", 0, places)).toBe(2);
    expect(neighbour("ArrowLeft", 3, places)).toBe(3);
    expect(neighbour("End", 0, places)).toBe(4);
    expect(neighbour("x", 0, places)).toBeNull();
  });
});
