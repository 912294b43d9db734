import { describe, expect, test } from "vitest";
import {
  bodyOf,
  held,
  hit,
  labelEvery,
  layOut,
  needsMap,
  PAD,
  rectOf,
  scrollTo,
  textIn,
  visibleCells,
  visibleColumns,
  visibleRows,
  zoomed,
  type LayoutInput,
} from "./layout";

const input: LayoutInput = {
  width: 344,
  frame: 480,
  rows: 7,
  columns: 15,
  upward: true,
  gutter: 40,
  axis: 34,
  sizes: { width: { least: 10, most: 100 }, height: { least: 19, most: 27 } },
  zoom: 1,
};
const origin = { x: 0, y: 0 };
const wide = { ...input, sizes: { ...input.sizes, width: { least: 46, most: 100 } } };
const long = { ...wide, columns: 512, rows: 49 };

describe("sizes at first", () => {
  test("columns share the width, rows are as high as they may be", () => {
    const layout = layOut(input);
    expect(layout.cell).toEqual({ width: 20, height: 27 });
    expect(layout.stage).toEqual({ width: 344, height: PAD + 7 * 27 + 34 });
    expect(layout.overflow).toEqual(origin);
  });

  test("fifteen tokens of at least 44 pixels fit into a frame of 700", () => {
    const layout = layOut({ ...input, width: 704, sizes: { ...input.sizes, width: { least: 44, most: 96 } } });
    expect(layout.cell.width).toBe(44);
    expect(layout.overflow.x).toBe(0);
  });

  test("columns that are too many keep their least width, in whole numbers, and scroll", () => {
    const layout = layOut(wide);
    expect(layout.cell.width).toBe(50);
    expect(layout.overflow).toEqual({ x: 15 * 50 - 300, y: 0 });
    expect(visibleColumns(layout, origin)).toEqual([0, 5]);
  });

  test("rows that are too many keep their least height, and scroll within the frame", () => {
    const layout = layOut(long);
    expect(layout.cell.height).toBe(19);
    expect(layout.room.height).toBe(480);
    expect(layout.overflow.y).toBe(49 * 19 - 480);
    expect(visibleRows(layout, { x: 0, y: 19 })).toEqual([1, 26]);
    expect(visibleCells(layout, origin)).toBe(6 * 26);
  });

  test("few columns do not spread", () => {
    expect(layOut({ ...input, columns: 2 }).stage.width).toBe(40 + 200 + PAD);
  });

  test("a grid without cells has no size, and nothing in it is hit", () => {
    const layout = layOut({ ...input, rows: 0, columns: 0 });
    expect(layout.content).toEqual({ width: 0, height: 0 });
    expect(hit(layout, { x: 50, y: 10 }, origin)).toBeNull();
  });
});

describe("zoom", () => {
  test("reaches from all cells in the frame to the largest cells, and no further", () => {
    const layout = layOut(long);
    const all = layOut({ ...long, zoom: layout.zooms.least });
    expect(all.overflow).toEqual(origin);
    expect(all.cell.width).toBeCloseTo(300 / 512);
    expect(all.cell.height).toBeCloseTo(480 / 49);
    expect(layOut({ ...long, zoom: 0 }).cell).toEqual(all.cell);
    expect(layOut({ ...long, zoom: 99 }).cell).toEqual({ width: 160, height: 64 });
  });

  test("what fits never becomes smaller than the frame", () => {
    const layout = layOut(input);
    expect(layout.zooms.least).toBe(1);
    expect(layOut({ ...input, zoom: 0.2 }).cell).toEqual(layout.cell);
    // Rows fit already while columns still become smaller.
    expect(layOut({ ...wide, zoom: 0.5 }).cell).toEqual({ width: 25, height: 27 });
  });

  test("leaves what is under the pointer where it is", () => {
    const layout = layOut(long);
    const scroll = { x: 5000, y: 200 };
    const point = { x: 215, y: 100 };
    const before = hit(layout, point, scroll);
    for (const zoom of [1.1, 2, 3]) {
      const next = zoomed(layout, zoom, point, scroll);
      expect(hit(next.layout, point, next.scroll)).toEqual(before);
    }
  });

  test("does not scroll beyond the cells", () => {
    const layout = layOut(long);
    const most = layout.overflow;
    expect(zoomed(layout, 0.5, { x: 340, y: 400 }, most).scroll).toEqual(layOut({ ...long, zoom: 0.5 }).overflow);
    expect(held(layout, { x: -5, y: 1e6 })).toEqual({ x: 0, y: most.y });
  });

  test("text appears with the size of cells, a map with their number", () => {
    const at = (width: number, height = 27) =>
      textIn(
        layOut({ ...input, sizes: { width: { least: width, most: width }, height: { least: height, most: height } } }),
      );
    expect([at(13), at(14), at(27), at(28), at(40, 10)]).toEqual(["none", "pinned", "pinned", "all", "none"]);
    expect([needsMap(layOut(input)), needsMap(layOut(wide)), needsMap(layOut({ ...wide, columns: 8 }))]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("hit test", () => {
  const layout = layOut(input);

  test("every cell is hit at its own centre, upward and downward, scrolled and zoomed", () => {
    for (const upward of [true, false]) {
      for (const [zoom, scroll] of [
        [1, origin],
        [1.7, { x: 33, y: 41 }],
      ] as const) {
        const other = layOut({ ...wide, upward, zoom });
        const body = bodyOf(other);
        for (let row = 0; row < 7; row++) {
          for (let column = 0; column < 15; column++) {
            const rect = rectOf(other, { row, column }, scroll);
            const centre = rect && { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
            if (!centre || centre.x < body.x || centre.x >= body.x + body.width - PAD) continue;
            if (centre.y < body.y || centre.y >= body.y + body.height) continue;
            expect(hit(other, centre, scroll)).toEqual({ row, column });
          }
        }
      }
    }
  });

  test("row 0 is at the bottom, the axis below names columns, the gutter nothing", () => {
    expect(hit(layout, { x: 41, y: PAD + 7 * 27 - 1 }, origin)).toEqual({ row: 0, column: 0 });
    expect(hit(layout, { x: 41, y: PAD + 7 * 27 }, origin)).toEqual({ row: null, column: 0 });
    expect(hit(layout, { x: 39, y: 10 }, origin)).toBeNull();
    expect(hit(layout, { x: 345, y: 10 }, origin)).toBeNull();
    expect(hit(layout, { x: 60, y: 900 }, origin)).toBeNull();
  });

  test("scrolling moves what is hit", () => {
    expect(hit(layOut(wide), { x: 45, y: 5 }, { x: 100, y: 0 })).toEqual({ row: 6, column: 2 });
    expect(hit(layOut(long), { x: 45, y: PAD }, { x: 0, y: 190 })).toEqual({ row: 38, column: 0 });
  });

  test("marks outside the grid have no place", () => {
    expect(rectOf(layout, { row: 7, column: 0 }, origin)).toBeNull();
    expect(rectOf(layout, { row: null, column: null }, origin)).toBeNull();
    expect(rectOf(layout, { row: null, column: 3 }, origin)).toMatchObject({ y: PAD, height: 7 * 27, width: 20 });
  });
});

describe("bringing a cell into view", () => {
  const layout = layOut(long);

  test("goes no further than needed to what is near", () => {
    expect(scrollTo(layout, { row: null, column: 0 }, origin)).toEqual(origin);
    expect(scrollTo(layout, { row: null, column: 6 }, origin)).toEqual({ x: 50, y: 0 });
    expect(scrollTo(layout, { row: 22, column: 3 }, { x: 200, y: 0 })).toEqual({ x: 150, y: 27 * 19 - 480 });
  });

  test("puts what is far into the middle", () => {
    expect(scrollTo(layout, { row: null, column: 100 }, origin)).toEqual({ x: 100.5 * 50 - 150, y: 0 });
    expect(scrollTo(layout, { row: null, column: 511 }, origin).x).toBe(layout.overflow.x);
  });
});

test("labels thin out in round steps", () => {
  expect(labelEvery(30, 24)).toBe(1);
  expect(labelEvery(13, 24)).toBe(2);
  expect(labelEvery(2, 24)).toBe(20);
});
