/** Small documents of every kind, for tests. */
import type { Cell, ResultBody, ResultDocument, SelectionStore, Token } from "./types";

const hex = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const tokensOf = (texts: readonly string[]): Token[] =>
  texts.map((text, i) => ({ id: 100 + i, text, bytes: hex(text), offset: null, special: i === 0 }));

export function documentOf(kind: string, body: Partial<ResultBody>): ResultDocument {
  const tokens = tokensOf(["<bos>", "When", " Mary", "<img src=x>"]);
  const empty = {
    quantities: [],
    dims: {},
    coords: {},
    tokens,
    vocabulary: [],
    shown: {},
    total: {},
    facts: {},
    summary: "",
  };
  return {
    schema_version: 1,
    key: kind,
    method: `test/${kind}`,
    method_version: 1,
    model: { id: "specimen", fingerprint: null },
    request: {},
    result: { kind, ...empty, ...body },
    checks: [],
    warnings: [],
    provenance: {},
  };
}

export const tokenGrid = documentOf("token_grid", {
  quantities: [
    { name: "probability", label: "probability", scale: "prob", limits: [0, 1] },
    { name: "entropy", label: "entropy", scale: "unc", unit: "nats", limits: [0, 8] },
  ],
  dims: {
    probability: ["row", "position"],
    entropy: ["row", "position"],
    topk_ids: ["row", "position", "rank"],
    topk_prob: ["row", "position", "rank"],
    topk_text: ["row", "position", "rank"],
  },
  coords: { row: ["emb", "1", "out"] },
  probability: [
    [0.1, 0.2, 0.3, 0.4],
    [0.2, 0.3, 0.4, 0.5],
    [0.3, 0.4, 0.5, null],
  ],
  entropy: [
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [3, 4, 5, 9],
  ],
  topk_ids: Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => [1, 2])),
  topk_prob: Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => [0.5, 0.25])),
  topk_text: Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => [" Mary", " John"])),
  total: { position: 9 },
});

export const patchGrid = documentOf("patch_grid", {
  quantities: [{ name: "effect", label: "effect", scale: "eff", limits: [-1, 1] }],
  dims: { effect: ["layer", "position"], control_low: ["layer", "position"], control_high: ["layer", "position"] },
  effect: [[0.9, 0.02, -0.5, 0.3]],
  control_low: [[-0.1, -0.1, -0.1, -0.1]],
  control_high: [[0.1, 0.1, 0.1, 0.1]],
});

export const headGrid = documentOf("head_grid", {
  quantities: [{ name: "head", label: "effect on target − distractor", scale: "eff", unit: "logits" }],
  dims: { head: ["layer", "head"], components: ["component"] },
  coords: { component: ["embedding", "attention 0", "mlp 0"] },
  head: [
    [0.1, -0.9],
    [1.4, 0],
  ],
  components: [0.1, 1.2, -0.4],
});

export const headMatrices = documentOf("head_matrices", {
  quantities: [{ name: "pattern", label: "attention weight", scale: "attn", limits: [0, 1] }],
  dims: { pattern: ["layer", "head", "query", "key"] },
  coords: { layer: ["4"], head: ["0", "3"] },
  pattern: [
    [
      [
        [1, 0, 0],
        [0.9, 0.1, 0],
        [0.8, 0.1, 0.1],
      ],
      [
        [1, 0, 0],
        [0.5, 0.5, 0],
        [0.2, 0.7, 0.1],
      ],
    ],
  ],
  facts: { first_token_share: 0.58 },
});

export const tokenScores = documentOf("token_scores", {
  quantities: [{ name: "score", label: "relevance", scale: "eff" }],
  dims: { score: ["position"] },
  score: [0, 0.27, 2.21, -0.64],
});

export const boundaries = documentOf("token_scores", {
  quantities: [{ name: "pieces", label: "tokens per word", scale: "mag" }],
  dims: { pieces: ["position"], status: ["position"], unit: ["position"] },
  pieces: [0, 1, 2, 2],
  status: ["", "whole", "split", "split"],
  unit: [-1, 0, 1, 1],
  facts: { counts: { whole: 1, split: 1, merged: 0, both: 0 } },
});

export const layerCurve = documentOf("layer_curve", {
  quantities: [{ name: "mean", label: "mean over positions", scale: "unc", unit: "nats" }],
  dims: { mean: ["series", "row"], low: ["series", "row"], high: ["series", "row"] },
  coords: { series: ["entropy", "overlap", "control"], row: ["emb", "1", "out"] },
  mean: [
    [8, 4, 2],
    [0.1, 0.5, 1],
    [7, 7, 7],
  ],
  low: [
    [7, 3, 1],
    [0, 0.4, 0.9],
    [7, 7, 7],
  ],
  high: [
    [9, 5, 3],
    [0.2, 0.6, 1],
    [7, 7, 7],
  ],
  facts: { units: { overlap: "share" } },
});

export const unknown = documentOf("sankey_rings", {
  dims: { weight: ["edge"], label: ["edge"] },
  weight: [0.3, null],
  label: ["<b>one</b>", "two"],
});

const same = (a: Cell | null, b: Cell) => JSON.stringify(a) === JSON.stringify(b);

export function selectionStore(pin: Cell | null = null): SelectionStore {
  let state: ReturnType<SelectionStore["get"]> = { pin, also: [], hover: null, range: null };
  const listeners = new Set<() => void>();
  const change = (part: Partial<typeof state>) => {
    state = { ...state, ...part };
    listeners.forEach((listener) => listener());
  };
  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setHover: (hover) => change({ hover }),
    setPin: (next) => change({ pin: next }),
    togglePin: (cell) => {
      const rest = state.also.filter((other) => !same(other, cell));
      change({ also: rest.length < state.also.length ? rest : [...state.also, cell] });
    },
    setRange: (range) => change({ range }),
  };
}
