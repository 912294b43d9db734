import { describe, expect, test } from "vitest";
import { gapRect, roomAbove, rowAt, sameHeight, spotAt } from "./gaps";
import {
  bottomY,
  hit,
  hitName,
  layOut,
  PAD,
  rectOf,
  scrollTo,
  topY,
  visibleRows,
  zoomed,
  type LayoutInput,
} from "./layout";

const origin = { x: 0, y: 0 };
/** Seven rows of 20 pixels; above row 2 and row 5 there is room for one cell and 30 pixels, and for two cells. */
const input: LayoutInput = {
  width: 240,
  frame: 1000,
  rows: 7,
  columns: 4,
  upward: true,
  gutter: 40,
  axis: 30,
  sizes: { width: { least: 10, most: 49 }, height: { least: 10, most: 20 } },
  zoom: 1,
  gaps: [
    { row: 2, cells: 1, pixels: 30 },
    { row: 5, cells: 2, pixels: 0 },
  ],
};
const layout = layOut(input);
const inRows = { ...input, frame: 150 };

test("room stands above its row and is counted once for all rows below it", () => {
  expect(roomAbove(input, 20)).toEqual([0, 40, 40, 40, 90, 90, 90, 90]);
  expect(roomAbove({ ...input, upward: false }, 20)).toEqual([0, 0, 50, 50, 50, 90, 90, 90]);
  expect(roomAbove({ ...input, gaps: [] }, 20)).toBeNull();
});

test("rows keep their height, and the content grows by the room between them", () => {
  expect(layout.content.height).toBe(7 * 20 + 90);
  expect(layout.room.height).toBe(layout.content.height);
  expect(topY(layout, 1, origin) - bottomY(layout, 0, origin)).toBe(40);
  expect(rectOf(layout, { row: 2, column: 1 }, origin)).toEqual({ x: 89, y: PAD + 80 + 90, width: 49, height: 20 });
  expect(rectOf(layout, { row: null, column: 1 }, origin)?.height).toBe(230);
  expect(gapRect(layout, 2, (down) => topY(layout, down, origin))).toMatchObject({ y: PAD + 80 + 40, height: 50 });
  expect(gapRect(layout, 3, (down) => topY(layout, down, origin))).toBeNull();
});

test("every height is either in one row or in one room, and what is hit is where it is drawn", () => {
  for (let y = 0; y < layout.content.height; y++) {
    const point = { x: 100, y: PAD + y };
    const [mark, spot] = [hit(layout, point, origin), spotAt(layout, point, origin, PAD)];
    expect([mark, spot].filter(Boolean)).toHaveLength(1);
    const rect = mark
      ? rectOf(layout, mark, origin)
      : gapRect(layout, spot?.row ?? -1, (down) => topY(layout, down, origin));
    if (!rect) throw new Error(`nothing at ${y}`);
    // The last pixel of a row is the first of the room below it.
    expect(point.y).toBeGreaterThanOrEqual(rect.y);
    expect(point.y).toBeLessThanOrEqual(rect.y + rect.height);
    expect(hitName(layout, { x: 10, y: point.y }, origin)).toBe(mark ? mark.row : null);
  }
});

test("a frame that is too low shrinks the rows and what grows with them, not what does not", () => {
  const low = layOut({ ...input, frame: 150 });
  expect(low.cell.height).toBe(12);
  expect(low.content.height).toBe(7 * 12 + 3 * 12 + 30);
  expect(low.overflow.y).toBe(0);
  const fitted = layOut({ ...input, frame: 90, zoom: 0 });
  expect(fitted.overflow.y).toBe(0);
  expect(fitted.content.height).toBeCloseTo(90, 0);
});

describe("a zoom leaves what is under the pointer where it is", () => {
  test.each([
    ["a row above the room", 12],
    ["a row below it", 190],
    ["the room itself", 130],
  ])("%s", (_, y) => {
    const point = { x: 120, y: PAD + y };
    const next = zoomed(layOut(inRows), 2.5, point, { x: 0, y: 60 });
    const before = rowAt(layOut(inRows), y + 60);
    const after = rowAt(next.layout, y + next.scroll.y);
    expect(after.down).toBe(before.down);
    expect(after.below > 0).toBe(before.below > 0);
  });

  test("there and back it is the same height", () => {
    const [small, large] = [layOut(input), layOut({ ...input, zoom: 3 })];
    for (const y of [0, 19, 25, 61, 70, 110, 150, 229])
      expect(sameHeight(large, small, sameHeight(small, large, y))).toBeCloseTo(y, 6);
  });
});

test("only rows in the frame are drawn, and a row is scrolled to across the room above it", () => {
  const scrolled = layOut({ ...input, frame: 100, sizes: { ...input.sizes, height: { least: 20, most: 20 } } });
  expect(visibleRows(scrolled, { x: 0, y: 0 })).toEqual([0, 2]);
  expect(visibleRows(scrolled, { x: 0, y: 125 })).toEqual([3, 6]);
  const scroll = scrollTo(scrolled, { row: 0, column: null }, origin);
  expect(rectOf(scrolled, { row: 0, column: null }, scroll)?.y).toBe(PAD + 100 - 20);
});

test("what is seen grows with the cells where it may", () => {
  const given = { ...input, gaps: [], frame: 400, zoom: 2 };
  expect(layOut(given).room.height).toBe(140);
  expect(layOut({ ...given, grows: true })).toMatchObject({ room: { height: 280 }, overflow: { y: 0 } });
  expect(layOut({ ...given, grows: true, zoom: 3.2 })).toMatchObject({ room: { height: 400 }, overflow: { y: 48 } });
});
