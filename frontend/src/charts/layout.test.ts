import { describe, expect, test } from "vitest";
import { hit, labelEvery, layOut, rectOf, scrollTo, visibleColumns, type LayoutInput } from "./layout";

const input: LayoutInput = {
  width: 343,
  rows: 7,
  columns: 15,
  upward: true,
  gutter: 40,
  axis: 34,
  cellWidth: { min: 10, max: 100 },
  cellHeight: 27,
};

describe("fitting", () => {
  test("columns share the width", () => {
    const layout = layOut(input);
    expect(layout).toMatchObject({ cell: 20, content: 300, stage: 343, overflow: 0, height: 3 + 7 * 27 + 34 });
  });

  test("narrow columns stay at their least width and scroll", () => {
    const layout = layOut({ ...input, cellWidth: { min: 46, max: 100 } });
    expect(layout.cell).toBe(50);
    expect(layout.overflow).toBe(15 * 50 - 300);
    expect(visibleColumns(layout, 0)).toEqual([0, 5]);
    expect(scrollTo(layout, 14, 0)).toBe(layout.overflow);
    expect(scrollTo(layout, 0, 200)).toBe(0);
    expect(scrollTo(layout, 5, 0)).toBe(0);
  });

  test("few columns do not spread", () => {
    expect(layOut({ ...input, columns: 2 }).stage).toBe(243);
  });
});

describe("hit test", () => {
  const layout = layOut(input);

  test("every cell is hit at its own centre, upward and downward", () => {
    for (const upward of [true, false]) {
      const other = layOut({ ...input, upward });
      for (let row = 0; row < 7; row++) {
        for (let column = 0; column < 15; column++) {
          const rect = rectOf(other, { row, column }, 0);
          expect(rect && hit(other, rect.x + rect.width / 2, rect.y + rect.height / 2, 0)).toEqual({ row, column });
        }
      }
    }
  });

  test("row 0 is at the bottom, the axis below names columns, the gutter nothing", () => {
    expect(hit(layout, 41, 7 * 27 + 2, 0)).toEqual({ row: 0, column: 0 });
    expect(hit(layout, 41, 7 * 27 + 5, 0)).toEqual({ row: null, column: 0 });
    expect(hit(layout, 39, 10, 0)).toBeNull();
    expect(hit(layout, 344, 10, 0)).toBeNull();
    expect(hit(layout, 60, 900, 0)).toBeNull();
  });

  test("scrolling moves what is hit", () => {
    const wide = layOut({ ...input, cellWidth: { min: 50, max: 50 } });
    expect(hit(wide, 45, 0, 100)).toEqual({ row: 6, column: 2 });
  });

  test("marks outside the grid have no place", () => {
    expect(rectOf(layout, { row: 7, column: 0 }, 0)).toBeNull();
    expect(rectOf(layout, { row: null, column: null }, 0)).toBeNull();
    expect(rectOf(layout, { row: null, column: 3 }, 0)).toMatchObject({ y: 3, height: 7 * 27, width: 20 });
  });
});

test("labels thin out in round steps", () => {
  expect(labelEvery(30, 24)).toBe(1);
  expect(labelEvery(13, 24)).toBe(2);
  expect(labelEvery(2, 24)).toBe(20);
});
