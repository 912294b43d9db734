import { describe, expect, it } from "vitest";
import type { Token } from "../../kinds/types";
import { foldTokens } from "./foldTokens";

const tokens = (...ids: number[]): Token[] => ids.map((id) => ({ id, text: String(id), bytes: "" }));
const drawn = (ids: number[], open: number[] = []) =>
  foldTokens(tokens(...ids), new Set(open)).map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`));

describe("folding equal tokens", () => {
  it("folds four and more in a row", () => {
    expect(drawn([1, 2, 2, 2, 2, 3])).toEqual(["0", "1-4", "5"]);
  });

  it("leaves shorter runs alone", () => {
    expect(drawn([1, 1, 1, 2])).toEqual(["0", "1", "2", "3"]);
  });

  it("unfolds a run that was opened, and no other", () => {
    expect(drawn([1, 1, 1, 1, 2, 2, 2, 2], [4])).toEqual(["0-3", "4", "5", "6", "7"]);
  });
});
