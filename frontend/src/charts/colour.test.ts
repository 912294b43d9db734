import { expect, test } from "vitest";
import { PENDING, rgbaWord, stepCount, stepOf, STEPS, UNDEFINED } from "./colour";

test("values fall on steps, and outside the limits on the ends", () => {
  expect(stepOf("prob", 0, 0, 1)).toBe(0);
  expect(stepOf("prob", 1, 0, 1)).toBe(STEPS - 1);
  expect(stepOf("prob", 7, 0, 1)).toBe(STEPS - 1);
  expect(stepOf("prob", 0.5, 0, 1)).toBe(6);
  expect(stepOf("mag", 3, 0, 0)).toBe(0);
});

test("zero is the neutral middle of a diverging scale", () => {
  expect(stepCount("eff")).toBe(25);
  expect(stepOf("eff", 0, -2, 2)).toBe(12);
  expect(stepOf("eff", -2, -2, 2)).toBe(0);
  expect(stepOf("dif", 2, -2, 2)).toBe(24);
});

test("undefined is no step, and differs from not computed yet", () => {
  expect(stepOf("prob", Number.NaN, 0, 1)).toBe(UNDEFINED);
  expect(UNDEFINED).not.toBe(PENDING);
});

test("pixel words are little-endian RGBA", () => {
  expect(rgbaWord("#102030")).toBe(0xff302010);
});
