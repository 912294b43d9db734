import { describe, expect, it } from "vitest";
import type { Field } from "./schema";
import { formatIndices, formatTyped, parseIndices, parseTyped, refuse } from "./validate";

const field = (kind: Field["kind"], more: Partial<Field> = {}): Field => ({
  name: "x",
  label: "x",
  description: "",
  kind,
  initial: 1,
  required: false,
  nullable: false,
  options: [],
  ...more,
});

describe("refuse", () => {
  it.each([
    [field("integer", { minimum: 1, maximum: 50 }), 5, null],
    [field("integer", { minimum: 1, maximum: 50 }), 0, "between"],
    [field("integer", { minimum: 1 }), 0, "below"],
    [field("integer", { maximum: 3 }), 4, "above"],
    [field("integer"), 1.5, "integer"],
    [field("number"), 1.5, null],
    [field("number"), NaN, "number"],
    [field("number", { minimum: 0, open: { minimum: true, maximum: false } }), 0, "below"],
    [field("text", { minLength: 1 }), "", "empty"],
    [field("text", { maxLength: 3 }), "😀😀😀", null],
    [field("text", { maxLength: 3 }), "abcd", "long"],
    [field("indices", { minimum: 0 }), "all", null],
    [field("indices", { minimum: 0 }), [0, 3], null],
    [field("indices", { minimum: 0, maximum: 5 }), [9], "between"],
    [field("indices", { minItems: 1 }), [], "few"],
    [field("texts", { maxItems: 1 }), ["a", "b"], "many"],
    [field("texts", { minLength: 1 }), [""], "empty"],
    [field("integer"), null, "empty"],
    [field("integer", { nullable: true }), null, null],
    [field("boolean"), true, null],
  ])("%o %o", (subject, value, expected) => {
    expect(refuse(subject, value as never)?.key ?? null).toBe(expected);
  });
});

describe("lists of indices", () => {
  it.each([
    ["all", "all"],
    ["", "all"],
    ["0, 2,4", [0, 2, 4]],
    ["4-7 1", [1, 4, 5, 6, 7]],
    ["4–5", [4, 5]],
    ["3 3", [3]],
  ])("reads %s", (text, value) => expect(parseIndices(text)).toEqual(value));

  it.each(["x", "7-4", "1.5", "-1", "0-99999"])("does not read %s", (text) => expect(parseIndices(text)).toBeNull());

  it("writes runs of three as a range, and reads back what it writes", () => {
    expect(formatIndices([0, 1, 3, 4, 5, 9])).toBe("0, 1, 3–5, 9");
    expect(parseIndices(formatIndices([0, 1, 3, 4, 5, 9]))).toEqual([0, 1, 3, 4, 5, 9]);
    expect(formatIndices("all")).toBe("all");
  });
});

describe("typed text", () => {
  it("becomes a value when it can be read", () => {
    expect(parseTyped(field("integer"), "12")).toBe(12);
    expect(parseTyped(field("number"), "−0.5")).toBe(-0.5);
    expect(parseTyped(field("integer"), "")).toBeUndefined();
    expect(parseTyped(field("integer", { nullable: true }), "")).toBeNull();
    expect(parseTyped(field("numbers"), "1, 2.5")).toEqual([1, 2.5]);
    expect(parseTyped(field("json"), "{")).toBeUndefined();
    expect(parseTyped(field("text"), " a")).toBe(" a");
  });

  it("stands as it would be typed", () => {
    expect(formatTyped(field("indices"), [1, 2, 3])).toBe("1–3");
    expect(formatTyped(field("integer"), null)).toBe("");
    expect(formatTyped(field("json"), { a: 1 })).toBe('{"a":1}');
  });
});
