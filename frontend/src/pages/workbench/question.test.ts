import { describe, expect, it } from "vitest";
import type { ResultDocument } from "../../kinds/types";
import { answerOf } from "./question";

const lens = {
  request: {},
  result: {
    dims: { topk_prob: ["row", "position", "rank"], topk_logit: ["row", "position", "rank"] },
    coords: { row: ["emb", "out"] },
    topk_text: [[[" x", " y"]], [[" Mary", " John"]]],
    topk_prob: { data: Float32Array.of(0.5, 0.25, 0.75, 0.125), shape: [2, 1, 2] },
    topk_logit: [[[1, 0]], [[5, 2]]],
    tokens: [{ id: 1, text: "a" }],
    vocabulary: [],
    facts: {},
  },
} as unknown as ResultDocument;

const direct = (request: object, facts: object) =>
  ({ request, result: { dims: {}, coords: {}, tokens: [{}], vocabulary: [], facts } }) as unknown as ResultDocument;

const open = { target: [], distractor: [], position: -1 };

describe("answerOf", () => {
  it("takes the two likeliest tokens where the question is open", () => {
    expect(answerOf([lens], open, 0)).toMatchObject({
      target: [" Mary"],
      distractor: [" John"],
      probabilities: [0.75, 0.125],
      difference: 3,
    });
  });

  it("takes what the attribution measured for this very question", () => {
    const facts = {
      target: { text: " Mary", probability: 0.7 },
      distractor: { text: " Bob", probability: 0.01 },
      model_value: 4.5,
    };
    const asked = { target: [" Mary"], distractor: [" Bob"], position: -1 };
    const documents = [direct({ target: " Mary", distractor: " Bob" }, facts), lens];
    expect(answerOf(documents, asked, 0)).toMatchObject({
      distractor: [" Bob"],
      probabilities: [0.7, 0.01],
      difference: 4.5,
    });
    expect(answerOf(documents, { ...asked, distractor: [" Eve"] }, 0)).toMatchObject({
      distractor: [" Eve"],
      probabilities: null,
      difference: null,
    });
  });

  it("adds up several tokens of a side, and averages their logits", () => {
    const several = { target: [" Mary", " John"], distractor: [" Eve"], position: -1 };
    expect(answerOf([lens], several, 0)).toMatchObject({ target: [" Mary", " John"], difference: null });
    const facts = {
      target: [
        { text: " Mary", probability: 0.5 },
        { text: " John", probability: 0.25 },
      ],
      distractor: [{ text: " Eve", probability: 0.125 }],
      model_value: 2,
    };
    const documents = [direct({ target: [" Mary", " John"], distractor: " Eve" }, facts)];
    expect(answerOf(documents, several, 0)).toMatchObject({ probabilities: [0.75, 0.125], difference: 2 });
  });

  it("knows nothing without results", () => {
    expect(answerOf([], open, 0)).toEqual({
      target: [],
      distractor: [],
      probabilities: null,
      difference: null,
      likely: [],
    });
  });

  it("does not take the last row of an inner stream for the output", () => {
    const inner = { ...lens, result: { ...lens.result, coords: { row: ["0", "1"] } } } as ResultDocument;
    expect(answerOf([inner], open, 0).likely).toEqual([]);
  });
});
