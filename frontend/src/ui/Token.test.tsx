import { render } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { Token } from "./Token";
import { joinedCharacters, tokenLabel, tokenPieces, tokenText } from "./tokenText";

const written = (text: string, bytes?: string) =>
  tokenPieces({ text, bytes }).map((piece) => `${piece.kind}:${piece.text}`);

describe("what a token is written as", () => {
  test.each([
    [" store", ["mark:·", "text:store"]],
    ["    x", ["mark:····", "text:x"]],
    [" ".repeat(16), ["mark:·×16"]],
    ["\n\t", ["mark:↵", "mark:⇥"]],
    ["the ", ["text:the", "mark:·"]],
    ["\u200d", ["name:ZWJ"]],
    ["\u202eabc", ["name:U+202E", "text:abc"]],
    ["a\u0000", ["text:a", "name:NUL"]],
    ["\u0301", ["text:\u25cc\u0301"]],
    ["e\u0301", ["text:e\u0301"]],
    ["\u0430", ["text:\u0430", "note:U+0430"]],
    ["p\u0430ypal", ["text:p\u0430ypal", "note:U+0430"]],
    ["еда", ["text:еда"]],
    ["", ["name:∅"]],
    ["\ud800", ["name:U+FFFD"]],
  ])("%j", (text, pieces) => {
    expect(written(text)).toEqual(pieces);
  });

  test("part of a character is hexadecimal, whole characters beside it stay", () => {
    expect(written("\ufffd", "e282")).toEqual(["hex:E2 82"]);
    expect(written("a\ufffd", "61e2")).toEqual(["text:a", "hex:E2"]);
    expect(written("\ufffd", "efbfbd")).toEqual(["name:U+FFFD"]);
    expect(written("\ufffd", "ff20c3")).toEqual(["hex:FF", "mark:·", "hex:C3"]);
  });

  test("fragments know their whole character", () => {
    const tokens = [
      { text: "a", bytes: "61" },
      { text: "\ufffd", bytes: "e282" },
      { text: "\ufffd", bytes: "ac" },
      { text: "b", bytes: "62" },
    ];
    expect(joinedCharacters(tokens)).toEqual([null, "€", "€", null]);
  });

  test("as one line of text: clipped, isolated when right to left", () => {
    expect(tokenLabel({ text: " Mary" })).toEqual({ text: "·Mary", lead: 1 });
    expect(tokenText({ text: "supercalifragilistic" }, 14)).toBe("supercalifrag…");
    expect(tokenText({ text: " עולם" })).toBe("\u2068·עולם\u2069");
  });
});

describe("Token", () => {
  test("markup in a token stays text", () => {
    const { container } = render(<Token token={{ text: '<img src=x onerror="alert(1)">' }} max={99} />);
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).toBe('<img·src=x·onerror="alert(1)">');
  });

  test("right to left text is isolated, specials are dashed, long ones keep their text", () => {
    const { container } = render(
      <>
        <Token token={{ text: " עולם" }} />
        <Token token={{ text: "<bos>", special: true }} />
        <Token token={{ text: "supercalifragilistic" }} max={14} times={3} />
      </>,
    );
    expect(container.querySelector("bdi")?.textContent).toBe("·עולם");
    expect(container.querySelectorAll(".special")).toHaveLength(1);
    expect(container.querySelector("[title]")?.getAttribute("title")).toBe("supercalifragilistic");
    expect(container.lastElementChild?.textContent).toBe("supercalifrag…×3");
  });
});
