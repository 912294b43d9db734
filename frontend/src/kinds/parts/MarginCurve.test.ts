import { expect, test } from "vitest";
import { labelPlaces } from "./MarginCurve";

test("labels of peaks at the same place stand apart", () => {
  const [first, second] = labelPlaces([
    { x: 6, y: 100 },
    { x: 6, y: 100 },
  ]);
  expect(second.y - first.y).toBeGreaterThanOrEqual(14);
});

test("labels on different sides or rows stay where they are", () => {
  expect(
    labelPlaces([
      { x: 90, y: 20 },
      { x: 6, y: 22 },
    ]).map(({ y, textAnchor }) => [y, textAnchor]),
  ).toEqual([
    [15, "end"],
    [26, "start"],
  ]);
});
