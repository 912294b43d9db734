import { expect, test } from "vitest";
import { byPosition, bySame, countPairs, fromLast, inverse } from "./pairing";

const letters = (text: string) => [...text];
const same = (a: string, b: string) => [...bySame(letters(a), letters(b))];

test("by position and from the last", () => {
  expect([...byPosition(3, 2)]).toEqual([0, 1, -1]);
  expect([...fromLast(3, 2)]).toEqual([-1, 0, 1]);
  expect([...fromLast(2, 3)]).toEqual([1, 2]);
});

test("equal entries are paired around insertions and changes", () => {
  expect(same("abcd", "abcd")).toEqual([0, 1, 2, 3]);
  expect(same("abd", "abcd")).toEqual([0, 1, 3]);
  expect(same("abcd", "abd")).toEqual([0, 1, -1, 2]);
  expect(same("abcd", "axcd")).toEqual([0, -1, 2, 3]);
  expect(same("", "abc")).toEqual([]);
  expect(same("abc", "")).toEqual([-1, -1, -1]);
});

test("a repeated token is paired once", () => {
  expect(same("aa", "aaa")).toEqual([0, 1]);
  expect(countPairs(bySame(letters("aba"), letters("a")))).toBe(1);
});

test("as many pairs as possible, none crossing, and the same from either side", () => {
  const words = ["xaybzc", "abcxyz", "aabbcc", "ccbbaa", "xyx", "yxy", "kitten", "sitting"];
  for (const a of words) {
    for (const b of words) {
      const pairing = bySame(letters(a), letters(b));
      const partners = [...pairing].filter((partner) => partner >= 0);
      expect(partners).toEqual([...partners].sort((one, two) => one - two));
      expect(new Set(partners).size).toBe(partners.length);
      expect(partners.length).toBe(longestCommon(a, b));
      expect([...inverse(pairing, b.length)]).toEqual([...bySame(letters(b), letters(a))]);
    }
  }
});

/** By definition: try every subsequence of the shorter text. */
function longestCommon(a: string, b: string): number {
  let best = 0;
  for (let subset = 0; subset < 1 << a.length; subset++) {
    const chosen = letters(a).filter((_, i) => subset & (1 << i));
    let from = 0;
    const fits = chosen.every((letter) => (from = b.indexOf(letter, from) + 1) > 0);
    if (fits) best = Math.max(best, chosen.length);
  }
  return best;
}
