import { describe, expect, it } from "vitest";
import { standing } from "./ability";
import { listed, method, ready } from "./fixtures";

const patterns = method("attention/patterns", { requires: ["causal", "patterns"] });
const twoModels = method("comparison/models", { resources: { model: "Model", other: "Model" } });

describe("a method on a model", () => {
  it("works when nothing it needs is missing", () => {
    expect(standing(patterns, ready("m", { heads: "no heads" }), 1)).toMatchObject({ ability: "works", reasons: [] });
  });

  it("cannot apply to a model that lacks what it needs, for the reason the server gives", () => {
    const model = ready("m", { patterns: "Attention cannot be read." });
    expect(standing(patterns, model, 1)).toEqual({
      ability: "cannot",
      reasons: ["Attention cannot be read."],
      remedy: null,
    });
  });

  it("is not known before the model is loaded, which is the remedy", () => {
    expect(standing(patterns, listed("m"), 1)).toMatchObject({ ability: "unknown", remedy: "this" });
  });

  it("needs a second model only where a request must name one and there is none", () => {
    expect(standing(twoModels, ready("m"), 1)).toMatchObject({ ability: "needs", remedy: "another" });
    expect(standing(twoModels, ready("m"), 2).ability).toBe("works");
    expect(standing({ ...twoModels, optional_resources: ["other"] }, ready("m"), 1).ability).toBe("works");
  });

  it("needs other resources first, which no model can stand for", () => {
    const features = method("sae/features", { resources: { model: "Model", sae: "Sae" } });
    expect(standing(features, ready("m"), 5)).toMatchObject({ ability: "needs", remedy: null });
    expect(standing(features, ready("m"), 5).reasons.join(" ")).toContain("Sae");
  });
});
