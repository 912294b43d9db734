import { describe, expect, it } from "vitest";
import { alignTokens, partners, type Align } from "./align";
import type { Token } from "./types";

const tokens = (text: string): Token[] => text.split(" ").map((word, id) => ({ id, text: word, bytes: "" }));
const drawn = (a: string, b: string, how: Align) =>
  alignTokens(tokens(a), tokens(b), how).map(
    (column) => `${column.a ?? "-"}${column.same ? "=" : "/"}${column.b ?? "-"}`,
  );

describe("aligning two prompts", () => {
  it("pairs equal positions, and leaves the rest of the longer one alone", () => {
    expect(drawn("x y z", "x q", "position")).toEqual(["0=0", "1/1", "2/-"]);
  });

  it("pairs from the last token backwards", () => {
    expect(drawn("x y z", "q z", "last")).toEqual(["0/-", "1/0", "2=1"]);
    expect(drawn("z", "p q z", "last")).toEqual(["-/0", "-/1", "0=2"]);
  });

  it("pairs the same tokens around an insertion, and sets a changed token beside the other", () => {
    expect(drawn("the cat sat", "the old cat sat", "same")).toEqual(["0=0", "-/1", "1=2", "2=3"]);
    expect(drawn("Mary saw John", "Mary met John", "same")).toEqual(["0=0", "1/1", "2=2"]);
  });

  it("compares only the same tokens when told so", () => {
    const columns = alignTokens(tokens("Mary saw John"), tokens("Mary met John"), "same");
    expect(partners(columns, 3)).toEqual([0, null, 2]);
    expect(partners(alignTokens(tokens("a b"), tokens("c"), "position"), 2)).toEqual([0, null]);
  });

  it.each(["position", "same", "last"] as const)("holds every position of both once, by %s", (how) => {
    const [a, b] = [tokens("a b c a b d e"), tokens("b a c e a d")];
    const columns = alignTokens(a, b, how);
    const held = (side: "a" | "b") => columns.map((column) => column[side]).filter((index) => index !== null);
    expect(held("a")).toEqual(a.map((_, i) => i));
    expect(held("b")).toEqual(b.map((_, i) => i));
  });
});
