import { expect, test } from "vitest";
import { clipText, clipTexts, drawLabel } from "./text";

/** Six pixels a character. */
const context = () => document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;

test("text is cut where it no longer fits", () => {
  expect(clipText(context(), "store", 30)).toBe("store");
  expect(clipText(context(), "supermarket", 36)).toBe("super…");
  expect(clipText(context(), "ab", 5)).toBe("");
});

test("texts that differ only at the end are cut in the middle", () => {
  const texts = ["·international", "·internationally", "·internationalism", "·Mary"];
  const cut = clipTexts(context(), texts, 42);
  expect([...cut.values()]).toEqual(["·inte…l", "·int…ly", "·in…ism", "·Mary"]);
});

test("whatever the width, different texts stay different as long as a character of the difference fits", () => {
  const texts = ["·internation", "·internations", "·internationsx", "·intern", "store"];
  for (const width of [24, 30, 36, 48, 60, 66]) {
    const cut = clipTexts(context(), texts, width);
    expect(new Set(cut.values()).size, `${width} pixels`).toBe(texts.length);
    for (const text of cut.values()) expect(6 * text.length).toBeLessThanOrEqual(width);
  }
});

test("an empty text stays empty", () => {
  expect(clipTexts(context(), ["", "a"], 30)).toEqual(
    new Map([
      ["", ""],
      ["a", "a"],
    ]),
  );
});

test("leading marks of a label are dimmed, the rest is not", () => {
  const drawing = context() as unknown as { calls: unknown[][] };
  drawLabel(drawing as unknown as CanvasRenderingContext2D, { text: "·Mary", lead: 1 }, "·Mary", 50, 9);
  expect(drawing.calls.filter(([name]) => name === "fillText")).toEqual([
    ["fillText", "·", 35, 9],
    ["fillText", "Mary", 41, 9],
  ]);
});
