import { describe, expect, it } from "vitest";
import { documentOf, tokensOf } from "../kinds/fixtures";
import { codeFor, pairsOf, withoutFirst } from "./code";

const request = { model: "specimen", prompt: 'It\'s "fine"\n$HOME', center: false, targets: null, layers: [0, 1] };

describe("codeFor", () => {
  it("quotes for the shell so that the body arrives unchanged", () => {
    const code = codeFor("curl", "http://127.0.0.1:8000", "lens/logit-lens", request);
    expect(code).toContain("'http://127.0.0.1:8000/api/v1/methods/lens/logit-lens'");
    const body = code.slice(code.indexOf("-d '") + 4, -1).replaceAll("'\\''", "'");
    expect(JSON.parse(body)).toEqual(request);
  });

  it("writes Python literals", () => {
    const code = codeFor("python", "http://h", "a/b", request);
    expect(code).toContain('"center": False');
    expect(code).toContain('"targets": None');
    expect(code).toContain('"layers": [0, 1]');
    expect(code).not.toContain("null");
  });

  it("draws in a notebook", () => {
    expect(codeFor("notebook", "http://h", "a/b", request)).toContain("go.Figure(figure)");
  });

  it("takes from the answer the array that is drawn", () => {
    const code = codeFor("python", "http://h", "a/b", request, {
      array: { name: "entropy", dims: ["row", "position"] },
    });
    expect(code).toContain('values = np.array(result["entropy"], dtype=float)  # row × position');
  });

  it("asks for both sides of a difference and subtracts them", () => {
    const drawn = { array: { name: "entropy", dims: ["row", "position"] }, other: { ...request, prompt: "B" } };
    const shell = codeFor("curl", "http://h", "a/b", request, drawn);
    expect(shell.match(/curl -sS/g)).toHaveLength(2);
    const code = codeFor("python", "http://h", "a/b", request, drawn);
    expect(code).toContain('"prompt": "B"');
    expect(code).toContain("values = values_a - values_b");
    expect(code).not.toContain("def entries");
  });

  it("brings the entries beside each other where A and B have different ones", () => {
    const pairs = [{ axis: 1, a: [0, 1, 2], b: [0, -1, 1] }];
    const code = codeFor("notebook", "http://h", "a/b", request, {
      array: { name: "entropy", dims: ["row", "position"] },
      other: request,
      pairs,
    });
    expect(code).toContain("values_b = entries(values_b, 1, [0, -1, 1])");
  });
});

describe("pairsOf", () => {
  const grid = (texts: string[]) => ({
    ...documentOf("token_grid", {
      tokens: tokensOf(texts),
      quantities: [{ name: "x", label: "x", scale: "unc" }],
      dims: { x: ["row", "position"] },
      x: [texts.map((_, i) => i)],
    }),
  });

  it("needs none where entry stands beside entry", () => {
    expect(pairsOf(grid(["a", "b"]), grid(["a", "c"]), "position", "x")).toEqual([]);
  });

  it("pairs from the end, and by the same token", () => {
    const [a, b] = [grid(["a", "b", "c"]), grid(["b", "c"])];
    expect(pairsOf(a, b, "last", "x")).toEqual([{ axis: 1, a: [0, 1, 2], b: [-1, 0, 1] }]);
    expect(pairsOf(a, b, "same", "x")).toEqual([{ axis: 1, a: [0, 1, 2], b: [-1, 0, 1] }]);
    expect(pairsOf(b, a, "position", "x")).toEqual([{ axis: 1, a: [0, 1], b: [0, 1] }]);
  });

  it("joins the lists of features", () => {
    const list = (features: string[]) =>
      documentOf("feature_list", {
        quantities: [{ name: "x", label: "x", scale: "feat" }],
        dims: { x: ["feature"] },
        coords: { feature: features },
        x: features.map(Number),
      });
    expect(pairsOf(list(["3", "7"]), list(["7", "9"]), "position", "x")).toEqual([
      { axis: 0, a: [0, 1, -1], b: [-1, 0, 1] },
    ]);
  });
});

describe("the first token", () => {
  const pattern = documentOf("head_matrices", {
    quantities: [{ name: "x", label: "x", scale: "attn" }],
    dims: { x: ["layer", "head", "query", "key"] },
    x: [
      [
        [
          [1, 0],
          [0.4, 0.6],
        ],
      ],
    ],
  });
  const [quantity] = pattern.result.quantities;

  it("is left out as the figure leaves it out", () => {
    expect(withoutFirst(pattern, quantity, "shown")).toEqual([]);
    expect(withoutFirst(pattern, quantity, "hidden")).toEqual(["values[..., 0] = np.nan  # without the first token"]);
    expect(withoutFirst(pattern, quantity, "renormalised")[1]).toBe(
      "values /= np.nansum(values, axis=-1, keepdims=True)",
    );
    expect(withoutFirst(pattern, { ...quantity, scale: "dif" }, "renormalised")).toHaveLength(1);
  });

  it("is taken out of sums where its part is known", () => {
    const sums = documentOf("head_grid", {
      quantities: [{ name: "x", label: "x", scale: "eff" }],
      dims: { x: ["layer", "head"], x_by_token: ["layer", "head", "position"] },
      x: [[3]],
      x_by_token: [[[1, 2]]],
    });
    expect(withoutFirst(sums, sums.result.quantities[0], "hidden")[0]).toContain('result["x_by_token"]');
  });
});
