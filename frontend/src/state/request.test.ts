import { describe, expect, it } from "vitest";
import type { Method } from "../api/types";
import { canonical, remedyOf, requestOf, staleReason } from "./request";

const method = (properties: Record<string, object>, resources: Record<string, string> = { model: "Model" }) =>
  ({ id: "a/b", resources, params: { properties } }) as unknown as Method;

const reads = method({ prompt: {}, target: {}, distractor: {}, position: {}, top_k: {} });
const scene = { model: "specimen", prompt: "Hello", question: { target: " a", distractor: "", position: 3 } };

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
    const open = { ...scene, question: { target: "", distractor: "", position: -1 } };
    expect(requestOf(open, { params: {} }, reads)).toEqual({ model: "specimen", prompt: "Hello" });
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
  ])("of %o, edited %s", (asked, edited, expected) => expect(staleReason(shown, asked, edited)).toBe(expected));

  it("does not mind the draft where no prompt is read", () => {
    expect(staleReason({ model: "a" }, { model: "a" }, true)).toBeNull();
  });
});

describe("remedyOf", () => {
  it("puts each change where it belongs", () => {
    const changes = { model: "m", prompt: "shorter", target: " x", position: -1, top_k: 1 };
    expect(remedyOf(changes, reads)).toEqual({
      model: "m",
      prompt: "shorter",
      question: { target: " x", position: -1 },
      params: { top_k: 1 },
    });
  });

  it("keeps a target that is a parameter of its own", () => {
    expect(remedyOf({ target: "final" }, method({ prompt: {}, target: {} })).params).toEqual({ target: "final" });
  });
});

describe("methods that follow tokens", () => {
  const follows = method({ prompt: {}, targets: {} });

  it("follow those of the question until the panel names its own", () => {
    const question = { target: " a", distractor: " b", position: -1 };
    expect(requestOf({ ...scene, question }, { params: {} }, follows).targets).toEqual([" a", " b"]);
    expect(requestOf({ ...scene, question }, { params: { targets: [" c"] } }, follows).targets).toEqual([" c"]);
    expect(
      requestOf({ ...scene, question: { ...question, target: "", distractor: "" } }, { params: {} }, follows),
    ).not.toHaveProperty("targets");
  });
});
