import { describe, expect, it } from "vitest";
import type { ResultDocument } from "../../kinds/types";
import {
  describe as say,
  entering,
  identity,
  isNeuron,
  streamNumbers,
  strongestHeads,
  strongestLooks,
} from "./inspect";

const document = (result: object) =>
  ({
    request: {},
    result: { dims: {}, coords: {}, quantities: [], tokens: [], vocabulary: [], facts: {}, ...result },
  }) as unknown as ResultDocument;

const lens = document({
  coords: { row: ["emb", "1", "out"] },
  dims: {
    probability: ["row", "position"],
    entropy: ["row", "position"],
    topk_prob: ["row", "position", "rank"],
    topk_ids: ["row", "position", "rank"],
  },
  quantities: [
    { name: "probability", label: "Probability", scale: "prob" },
    { name: "entropy", label: "Entropy", scale: "unc", unit: "nats" },
  ],
  probability: [[0.1], [0.2], [0.9]],
  entropy: [[2], [null], [0.5]],
  topk_prob: [[[0.1]], [[0.2]], [[0.9]]],
  topk_ids: [[[7]], [[7]], [[8]]],
  vocabulary: [
    { id: 7, text: " the", bytes: "" },
    { id: 8, text: " Mary", bytes: "" },
  ],
});
const tokens = [{ id: 1, text: " to", bytes: "" }];

const neurons = document({
  dims: { value: ["feature"], neuron: ["feature"], layer: ["feature"] },
  coords: { feature: ["3.17", "3.5"] },
  value: [2, 1],
  neuron: [17, 5],
  layer: [3, 3],
});

describe("what is selected", () => {
  it("is a neuron where a list of neurons says so, and nowhere else", () => {
    expect(isNeuron([lens, neurons], { layer: 3, feature: 17 })).toBe(true);
    expect(isNeuron([lens, neurons], { layer: 2, feature: 17 })).toBe(false);
    expect(isNeuron([lens], { layer: 3, feature: 17 })).toBe(false);
    expect(identity([neurons], { layer: 3, feature: 17, position: 2 }, null)).toBe("Neuron 3.17 · position 2");
  });

  it("has a name", () => {
    expect(identity([lens], { row: 1, position: 0 }, null)).toBe("Layer 1 · position 0");
    expect(identity([lens], { row: 2, position: 0 }, null)).toBe("Output · position 0");
    expect(identity([lens], { row: 0 }, null)).toBe("Embedding");
    expect(identity([lens], { layer: 5, head: 2, row: 1, position: 3 }, null)).toBe("Head 5.2 · position 3");
    expect(identity([], { position: 3 }, null)).toBe("Position 3");
    expect(identity([], null, [2, 5])).toBe("Positions 2 to 5");
  });

  it("is told in one sentence", () => {
    expect(say([lens], { row: 2, position: 0 }, tokens)).toBe(
      "Output · position 0, ·to. Predicts ·Mary, probability 0.900",
    );
    expect(say([], { position: 0 }, tokens)).toBe("Position 0, ·to");
    expect(say([], null, tokens)).toBe("");
  });

  it("says what stream a row is, where that is known", () => {
    expect(entering([lens], 1)).toBe("residual stream entering layer 1");
    expect(entering([lens], 2)).toBe("the output of the model");
    expect(entering([], 1)).toBe("");
  });

  it("has the numbers of every open result, and none that are undefined", () => {
    expect(streamNumbers([lens, lens], 2, 0)).toEqual([
      { label: "Probability", unit: "", scale: "prob", value: 0.9 },
      { label: "Entropy", unit: "nats", scale: "unc", value: 0.5 },
    ]);
    expect(streamNumbers([lens], 1, 0).map(({ label }) => label)).toEqual(["Probability"]);
  });
});

describe("heads", () => {
  const grid = document({
    dims: { head: ["layer", "head"] },
    coords: { layer: ["4", "5"] },
    quantities: [{ name: "head", label: "Effect", scale: "eff" }],
    head: { data: Float32Array.of(0.1, -0.9, 0.5, NaN), shape: [2, 2] },
  });
  const pattern = document({
    dims: { pattern: ["layer", "head", "query", "key"] },
    quantities: [{ name: "pattern", label: "Weight", scale: "attn" }],
    pattern: [
      [
        [
          [1, 0, 0],
          [0.5, 0.5, 0],
          [0.6, 0.3, 0.1],
        ],
      ],
    ],
  });

  it("are sorted by size, and named by their layer", () => {
    expect(strongestHeads(grid, 2)?.heads).toEqual([
      { layer: 4, head: 1, value: expect.closeTo(-0.9) },
      { layer: 5, head: 0, value: 0.5 },
    ]);
    expect(strongestHeads(pattern, 2)).toBeNull();
  });

  it("look somewhere other than the first token", () => {
    expect(strongestLooks(pattern, 0, 2, 3)).toEqual([{ layer: 0, head: 0, key: 1, weight: 0.3 }]);
    expect(strongestLooks(pattern, 7, 2, 3)).toEqual([]);
    expect(strongestLooks(grid, 4, 0, 3)).toEqual([]);
  });
});
