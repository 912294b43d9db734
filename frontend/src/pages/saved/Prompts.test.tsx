import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SavedAnalysis } from "../../api/types";
import { Prompts } from "./Prompts";
import { sidePrompts } from "./sidePrompts";

describe("the prompts of an analysis", () => {
  const result = (request: object, tokens: string[] = []) => ({
    ...{ key: "k", method: "a/b", href: "/k", request, model: { id: "m" } },
    result: { tokens: tokens.map((text) => ({ id: 1, text, bytes: "" })), total: {} },
  });
  const analysis = (results: object[], address?: string) =>
    ({ results, workspace: address ? { address } : null }) as unknown as SavedAnalysis;

  it("are those of its address, with the tokens that a result has", () => {
    const found = sidePrompts(analysis([result({ prompt: "a b" }, ["a", " b"])], "m=m&p=a+b&q=a+c"));
    expect(found?.a).toMatchObject({ prompt: "a b", model: "m" });
    expect(found?.a.tokens).toHaveLength(2);
    expect(found?.b).toMatchObject({ prompt: "a c", tokens: null });
  });

  it("are those its results were asked with, where no address was saved", () => {
    expect(sidePrompts(analysis([result({ clean: "a", corrupt: "b" })]))).toMatchObject({
      ...{ a: { prompt: "a" }, b: { prompt: "b" } },
    });
    expect(sidePrompts(analysis([result({ prompt: "a" })]))?.b).toBeNull();
    expect(sidePrompts(analysis([result({})]))).toBeNull();
  });

  it("stand beside each other with what differs underlined", () => {
    const side = (prompt: string) => ({ prompt, model: "m", tokens: null });
    const { container } = render(<Prompts a={side("the cat sat down")} b={side("the dog sat")} />);
    expect([...container.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["cat", "down", "dog"]);
  });

  it("never let a character change the direction of the rest", () => {
    const { container } = render(<Prompts a={{ prompt: "a\u202eb", model: "m", tokens: null }} b={null} />);
    expect(container).toHaveTextContent("aU+202Eb");
  });
});
