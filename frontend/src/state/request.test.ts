import { describe, expect, it } from "vitest";
import type { Method } from "../api/types";
import { canonical, lacksSecond, remedyOf, requestOf, sidesOf, staleReason } from "./request";

const method = (properties: Record<string, object>, resources: Record<string, string> = { model: "Model" }) =>
  ({ id: "a/b", resources, params: { properties } }) as unknown as Method;

const text = { type: "string", widget: "prompt" };
const chat = { anyOf: [{ type: "array", items: {} }, { type: "null" }], widget: "prompt" };
const reads = method({ prompt: text, messages: chat, target: {}, distractor: {}, position: {}, top_k: {} });
const question = { target: [" a"], distractor: [], position: 3 };
const scene = { model: "specimen", prompt: "Hello", second: null, question };
const second = { model: "", draft: "Hi", prompt: "Hi" };

describe("requestOf", () => {
  it("asks the model, the prompt, the question and the parameters", () => {
    expect(requestOf(scene, { params: { top_k: 9 } }, reads)).toEqual({
      model: "specimen",
      prompt: "Hello",
      target: " a",
      position: 3,
      top_k: 9,
    });
  });

  it("leaves out what the method does not read, and what is left open", () => {
    expect(requestOf(scene, { params: {} }, method({ seed: {} }))).toEqual({ model: "specimen" });
    const open = { ...scene, question: { target: [], distractor: [], position: -1 } };
    expect(requestOf(open, { params: {} }, reads)).toEqual({ model: "specimen", prompt: "Hello" });
  });

  it("asks about the second side with its own model and prompt", () => {
    const compared = { ...scene, second };
    expect(requestOf(compared, { params: {} }, reads)).toMatchObject({ model: "specimen", prompt: "Hello" });
    expect(requestOf(compared, { params: {} }, reads, "b")).toMatchObject({ model: "specimen", prompt: "Hi" });
    const tuned = { ...scene, second: { ...second, model: "tuned" } };
    expect(requestOf(tuned, { params: {} }, reads, "b")).toMatchObject({ model: "tuned", prompt: "Hi" });
  });

  it("names the other side's model to a method that reads further tokenizers", () => {
    const several = method({ prompt: text }, { model: "Model", others: "Tokenizers" });
    const tuned = { ...scene, second: { ...second, model: "tuned" } };
    expect(requestOf(tuned, { params: {} }, several)).toMatchObject({ model: "specimen", others: ["tuned"] });
    expect(requestOf(tuned, { params: {} }, several, "b")).toMatchObject({ model: "tuned", others: ["specimen"] });
    expect(requestOf({ ...scene, second }, { params: {} }, several)).not.toHaveProperty("others");
  });

  it("names the further tokenizers that a panel asks for, without its own", () => {
    const several = method({ prompt: text }, { model: "Model", others: "Tokenizers" });
    const tuned = { ...scene, second: { ...second, model: "tuned" } };
    const panel = { params: { others: ["tuned", "seed"] } };
    expect(requestOf(tuned, panel, several).others).toEqual(["tuned", "seed"]);
    expect(requestOf(tuned, panel, several, "b").others).toEqual(["seed"]);
    expect(requestOf(scene, { params: { others: ["specimen"] } }, several).others).toBeNull();
  });

  it("names the other side's model, on either side, to a method that can read a second one", () => {
    const beside = method({ prompt: text }, { model: "Model", other: "Model" });
    const tuned = { ...scene, second: { ...second, model: "tuned" } };
    expect(requestOf(tuned, { params: {} }, beside)).toMatchObject({ model: "specimen", other: "tuned" });
    expect(requestOf(tuned, { params: {} }, beside, "b")).toMatchObject({ model: "tuned", other: "specimen" });
    expect(requestOf({ ...scene, second }, { params: {} }, beside)).not.toHaveProperty("other");
    expect(requestOf(tuned, { params: { other: null } }, beside).other).toBeNull();
  });

  it("gives both sides to a method that reads both, and the other model where it is another", () => {
    const pair = method(
      { clean: text, corrupt: { ...text, side: "b" }, answer: {}, foil: {} },
      { model: "Model", other: "Model" },
    );
    const asked = { ...scene, second, question: { ...question, target: [" a", " b"] } };
    expect(requestOf(asked, { params: {} }, pair)).toEqual({
      model: "specimen",
      clean: "Hello",
      corrupt: "Hi",
      answer: [" a", " b"],
    });
    expect(requestOf({ ...asked, second: { ...second, model: "tuned" } }, { params: {} }, pair).other).toBe("tuned");
    expect(lacksSecond(pair, scene)).toBe(true);
    expect(lacksSecond(pair, asked)).toBe(false);
    expect(sidesOf(pair, asked)).toEqual(["a"]);
    expect(sidesOf(reads, asked)).toEqual(["a", "b"]);
    expect(sidesOf(reads, scene)).toEqual(["a"]);
  });

  it("leaves out a second side that a method can do without", () => {
    const maybe = method({ clean: text, corrupt: { ...text, side: "b", optional: true } });
    expect(requestOf(scene, { params: {} }, maybe)).toEqual({ model: "specimen", clean: "Hello" });
    expect(requestOf({ ...scene, second }, { params: {} }, maybe)).toMatchObject({ clean: "Hello", corrupt: "Hi" });
    expect(lacksSecond(maybe, scene)).toBe(false);
    expect(sidesOf(maybe, { second })).toEqual(["a"]);
  });

  it("sends chat messages in place of a text", () => {
    const messages = [{ role: "user" as const, content: "Hi" }];
    const request = requestOf({ ...scene, prompt: messages }, { params: {} }, reads);
    expect(request).toMatchObject({ messages });
    expect(request).not.toHaveProperty("prompt");
  });

  it("is spelled the same whatever the order", () => {
    expect(canonical("m", { a: 1, b: 2 })).toBe(canonical("m", { b: 2, a: 1 }));
  });
});

describe("staleReason", () => {
  const shown = { model: "a", prompt: "p", top_k: 5 };
  it.each([
    [shown, false, null],
    [{ ...shown, model: "b" }, false, "model"],
    [{ ...shown, prompt: "q" }, false, "prompt"],
    [shown, true, "prompt"],
    [{ ...shown, top_k: 6 }, true, "settings"],
    [{ top_k: 5, prompt: "p", model: "a" }, false, null],
  ])("of %o, edited %s", (asked, edited, expected) =>
    expect(staleReason(shown, asked, edited, reads.params)).toBe(expected),
  );

  it("does not mind the draft where no prompt is read", () => {
    expect(staleReason({ model: "a" }, { model: "a" }, true, reads.params)).toBeNull();
  });
});

describe("remedyOf", () => {
  it("puts each change where it belongs", () => {
    const changes = { model: "m", prompt: "shorter", target: " x", position: -1, top_k: 1 };
    expect(remedyOf(changes, reads)).toEqual({
      model: "m",
      prompt: "shorter",
      question: { target: [" x"], position: -1 },
      params: { top_k: 1 },
    });
  });

  it("keeps a target that is a parameter of its own", () => {
    expect(remedyOf({ target: "final" }, method({ prompt: text, target: {} })).params).toEqual({ target: "final" });
  });
});

describe("methods that follow tokens", () => {
  const follows = method({ prompt: text, targets: {} });

  it("follow those of the question until the panel names its own", () => {
    const question = { target: [" a"], distractor: [" b"], position: -1 };
    expect(requestOf({ ...scene, question }, { params: {} }, follows).targets).toEqual([" a", " b"]);
    expect(requestOf({ ...scene, question }, { params: { targets: [" c"] } }, follows).targets).toEqual([" c"]);
    expect(
      requestOf({ ...scene, question: { ...question, target: [], distractor: [] } }, { params: {} }, follows),
    ).not.toHaveProperty("targets");
  });
});
