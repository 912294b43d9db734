import { describe, expect, it } from "vitest";
import type { Method, Model } from "../api/types";
import { byQuestion, lacking, searchMethods } from "./catalogue";

const make = (id: string, title: string, more: Partial<Method> = {}) =>
  ({
    id,
    title,
    question: "Where does it look?",
    synonyms: [],
    papers: [],
    requires: ["causal"],
    ...more,
  }) as unknown as Method;

const lens = make("lens/logit-lens", "Logit lens", {
  question: "What would each layer predict?",
  synonyms: ["early decoding"],
});
const direct = make("lens/direct", "Direct logit attribution", {
  papers: [{ title: "Interpretability in the Wild (IOI)", year: 2022 }],
});
const heads = make("attention/roles", "Head roles", { requires: ["causal", "patterns"] });
const all = [lens, direct, heads];
const titles = (search: string) => searchMethods(all, search).map(({ method }) => method.title);

describe("searchMethods", () => {
  it("looks in titles, synonyms, papers and questions; titles first", () => {
    expect(titles("logit")).toEqual(["Logit lens", "Direct logit attribution"]);
    expect(titles("ioi")).toEqual(["Direct logit attribution"]);
    expect(titles("early")).toEqual(["Logit lens"]);
    expect(titles("look")).toEqual(["Direct logit attribution", "Head roles"]);
    expect(titles("logit wild")).toEqual(["Direct logit attribution"]);
    expect(titles("nothing like it")).toEqual([]);
    expect(titles("  ")).toEqual([]);
  });

  it("shows the words that matched when the title does not have them", () => {
    expect(searchMethods(all, "early")[0].matched).toBe("early decoding");
    expect(searchMethods(all, "lens")[0].matched).toBeNull();
  });
});

describe("the catalogue", () => {
  it("groups by question in the server's order", () => {
    expect(byQuestion(all).map(({ question, methods }) => [question, methods.length])).toEqual([
      ["What would each layer predict?", 1],
      ["Where does it look?", 2],
    ]);
  });

  it("knows what a model lacks, once it was measured", () => {
    const model = { capabilities: ["causal"], missing: { patterns: "flash attention" } } as unknown as Model;
    expect(lacking(heads, model)).toEqual([{ capability: "patterns", reason: "flash attention" }]);
    expect(lacking(lens, model)).toEqual([]);
    expect(lacking(heads, { capabilities: null } as unknown as Model)).toEqual([]);
  });
});
