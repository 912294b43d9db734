import { expect, test } from "vitest";
import { tokensOf } from "../fixtures";
import type { Token } from "../types";
import { groupsOf, joinedText, largest, valuesOf, type Grouping } from "./groups";

const EFFECT = { name: "v", label: "v", scale: "eff" as const };
const NORM = { name: "v", label: "v", scale: "mag" as const };

const bytes = (text: string, hex: string): Token => ({ id: 7, text, bytes: hex });
const spans = (tokens: readonly Token[], grouping: Grouping, positions = tokens.map((_, i) => i)) =>
  groupsOf(tokens, positions, grouping).map(({ first, last, text }) => [first, last, text]);

test("words are made of pieces; spaces in front belong to them, marks do not", () => {
  const tokens = tokensOf(["<bos>", "Hel", "lo", " wor", "ld", ",", " don", "'t", " stop", "."]);
  expect(spans(tokens, "words")).toEqual([
    [0, 0, "<bos>"],
    [1, 2, "Hello"],
    [3, 4, " world"],
    [5, 5, ","],
    [6, 7, " don't"],
    [8, 8, " stop"],
    [9, 9, "."],
  ]);
});

test("sentences end at their marks, and specials stand alone", () => {
  const tokens = tokensOf(["<bos>", "One", " two", ".", " Three", "!", "\n", "Four"]);
  expect(spans(tokens, "sentences").map(([first, last]) => [first, last])).toEqual([
    [0, 0],
    [1, 3],
    [4, 6],
    [7, 7],
  ]);
  const cut = [...tokens.slice(0, 3), { ...tokens[0], id: 9 }, ...tokens.slice(3)];
  expect(spans(cut, "words").map(([first, last]) => [first, last])).toContainEqual([3, 3]);
});

test("a character of several byte tokens makes one word", () => {
  const tokens = [bytes(" \ufffd", "20e282"), bytes("\ufffd", "ac"), bytes("5", "35"), bytes(" x", "2078")];
  expect(joinedText(tokens)).toEqual({ text: " €5 x", starts: [0, 1, 2, 3, 5] });
  expect(spans(tokens, "words").map(([first, last]) => [first, last])).toContainEqual([3, 3]);
  expect(spans(tokens, "sentences")).toEqual([[0, 3, " €5 x"]]);
});

test("bytes that end in the middle of a character are not lost", () => {
  expect(joinedText([bytes("\ufffd", "e282")]).text).toBe("\ufffd");
});

test("words do not reach across positions that are left out", () => {
  const tokens = tokensOf(["<bos>", "Hel", "lo"]);
  expect(spans(tokens, "words", [0, 1, 5])).toEqual([
    [0, 0, "<bos>"],
    [1, 1, "Hel"],
    [2, 2, "lo"],
  ]);
});

test("blank tokens are part of a sentence, but of no word", () => {
  const tokens = tokensOf(["<bos>", "a", "  ", "b"]);
  expect(spans(tokens, "words").map(([first]) => first)).toEqual([0, 1, 2, 3]);
  expect(spans(tokens, "sentences")).toHaveLength(2);
});

test("effects add up, other quantities have a mean, and what is undefined counts in neither", () => {
  const groups = groupsOf(tokensOf(["<bos>", "Hel", "lo", " you"]), [0, 1, 2, 3], "words");
  expect([...valuesOf(groups, [0, 1, -3, 5], EFFECT)]).toEqual([0, -2, 5]);
  expect([...valuesOf(groups, [0, 1, -3, 5], NORM)]).toEqual([0, -1, 5]);
  expect([...valuesOf(groups, [Number.NaN, 1, Number.NaN, 5], NORM)]).toEqual([Number.NaN, 1, 5]);
});

test("many equal tokens fold into one, until one of them is chosen", () => {
  const tokens = [tokensOf(["<bos>"])[0], ...Array.from({ length: 9 }, () => bytes("x", "78")), bytes("y", "79")];
  const positions = tokens.map((_, i) => i);
  expect(groupsOf(tokens, positions, "tokens")).toMatchObject([
    { first: 0, folded: false },
    { first: 1, last: 9, folded: true },
    { first: 10, folded: false },
  ]);
  expect(groupsOf(tokens, positions, "tokens", 5)).toHaveLength(11);
  expect(groupsOf(tokens.slice(2), positions.slice(2), "tokens")).toHaveLength(9);
});

test("the largest come first: signed ones by size, without what is 0 or undefined", () => {
  expect(largest([0, 2, -3, Number.NaN, 1], EFFECT)).toEqual([2, 1, 4]);
  expect(largest([0, 2, -3, Number.NaN, 1], NORM)).toEqual([1, 4, 2]);
});
