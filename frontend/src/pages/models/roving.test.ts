import { describe, expect, it } from "vitest";
import { moved, type Place } from "./roving";

const COUNTS = [3, 1, 2];
const COLUMNS = 2;
const go = (from: Place, key: string, ctrlKey = false) =>
  moved({ key, ctrlKey, metaKey: false }, from, COUNTS, COLUMNS);

describe("arrows among the dots", () => {
  it("run through a row from model to model, and stop at its ends", () => {
    expect(go({ row: 0, column: 0, index: 2 }, "ArrowRight")).toEqual({ row: 0, column: 1, index: 0 });
    expect(go({ row: 0, column: 1, index: 0 }, "ArrowLeft")).toEqual({ row: 0, column: 0, index: 2 });
    expect(go({ row: 0, column: 1, index: 2 }, "ArrowRight")).toEqual({ row: 0, column: 1, index: 2 });
    expect(go({ row: 0, column: 0, index: 0 }, "ArrowLeft")).toEqual({ row: 0, column: 0, index: 0 });
  });

  it("stay with the model from question to question, at the nearest dot", () => {
    expect(go({ row: 0, column: 1, index: 2 }, "ArrowDown")).toEqual({ row: 1, column: 1, index: 0 });
    expect(go({ row: 2, column: 1, index: 1 }, "ArrowUp")).toEqual({ row: 1, column: 1, index: 0 });
    expect(go({ row: 2, column: 0, index: 1 }, "ArrowDown")).toEqual({ row: 2, column: 0, index: 1 });
  });

  it("go to the ends of a row, and with Ctrl of the grid", () => {
    const middle = { row: 0, column: 0, index: 1 };
    expect(go(middle, "Home")).toEqual({ row: 0, column: 0, index: 0 });
    expect(go(middle, "End")).toEqual({ row: 0, column: 1, index: 2 });
    expect(go(middle, "End", true)).toEqual({ row: 2, column: 1, index: 1 });
    expect(go({ row: 2, column: 1, index: 1 }, "Home", true)).toEqual({ row: 0, column: 0, index: 0 });
  });

  it("leave other keys alone", () => {
    expect(go({ row: 0, column: 0, index: 0 }, "a")).toBeNull();
    expect(go({ row: 0, column: 0, index: 0 }, "Enter")).toBeNull();
  });
});
