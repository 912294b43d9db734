/** Results as large as they get: so many tokens and layers, of numbers that repeat from one visit to the next. */
import type { FlatArray, ResultBody, ResultDocument, Token } from "../kinds/types";

export interface Size {
  tokens: number;
  layers: number;
  heads: number;
}

const WORDS = [
  "the",
  " store",
  " Mary",
  " John",
  " gave",
  " a",
  " drink",
  " to",
  ",",
  " international",
  " and",
  " said",
];
const RANKS = 5;

/** Numbers between 0 and 1, the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
}

const filled = (shape: number[], value: (index: number) => number): FlatArray => ({
  data: Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, index) => value(index)),
  shape,
});

const token = (id: number): Token => ({ id, text: WORDS[id % WORDS.length], bytes: "" });

function documentOf(kind: string, { tokens }: Size, body: Partial<ResultBody>): ResultDocument {
  return {
    schema_version: 1,
    key: kind,
    method: `bench/${kind}`,
    method_version: 1,
    model: { id: "fixture" },
    request: {},
    result: {
      kind,
      quantities: [],
      dims: {},
      coords: {},
      tokens: Array.from({ length: tokens }, (_, position) => token(position)),
      vocabulary: WORDS.map((_, id) => token(id)),
      shown: {},
      total: {},
      facts: {},
      summary: "",
      ...body,
    },
    checks: [{ name: "exact", label: "exact", value: 0, verdict: "ok" }],
    warnings: [],
    provenance: {},
  };
}

export function tokenGrid(size: Size): ResultDocument {
  const next = numbers(1);
  const [rows, columns] = [size.layers + 1, size.tokens];
  const cell = ["row", "position"];
  return documentOf("token_grid", size, {
    quantities: [
      { name: "probability", label: "probability of the top token", scale: "prob", limits: [0, 1] },
      { name: "entropy", label: "entropy", scale: "unc", unit: "nats", limits: [0, 8] },
    ],
    dims: {
      probability: cell,
      entropy: cell,
      topk_ids: [...cell, "rank"],
      topk_prob: [...cell, "rank"],
      target_logprob: [...cell, "target"],
    },
    coords: { target: [" Mary", " John"] },
    probability: filled([rows, columns], () => next()),
    entropy: filled([rows, columns], () => 8 * next()),
    topk_ids: filled([rows, columns, RANKS], () => Math.floor(WORDS.length * next())),
    topk_prob: filled([rows, columns, RANKS], () => next()),
    target_logprob: filled([rows, columns, 2], () => -5 * next()),
  });
}

export function patchGrid(size: Size): ResultDocument {
  const next = numbers(2);
  const shape = [size.layers, size.tokens];
  const cell = ["layer", "position"];
  return documentOf("patch_grid", size, {
    quantities: [{ name: "score", label: "share recovered", scale: "eff", limits: [-1, 1] }],
    dims: { score: cell, control_low: cell, control_high: cell },
    score: filled(shape, () => (next() > 0.9 ? 2 * next() - 1 : 0.1 * next() - 0.05)),
    control_low: filled(shape, () => -0.05),
    control_high: filled(shape, () => 0.05),
  });
}

export function headGrid(size: Size): ResultDocument {
  const next = numbers(3);
  return documentOf("head_grid", size, {
    quantities: [{ name: "head", label: "effect", scale: "eff" }],
    dims: { head: ["layer", "head"] },
    head: filled([size.layers, size.heads], () => 2 * next() - 1),
  });
}

/** So that a row of hundreds of weights has a few that stand out. */
const SHARP = 800;

/** Rows that sum to 1. */
function shares({ data, shape }: FlatArray): FlatArray {
  const keys = shape[shape.length - 1];
  for (let start = 0; start < data.length; start += keys) {
    let sum = 0;
    for (let key = start; key < start + keys; key++) sum += data[key];
    for (let key = start; key < start + keys; key++) data[key] /= sum || 1;
  }
  return { data, shape };
}

/** Attention of one layer, as a panel holds it. */
export function headMatrices(size: Size): ResultDocument {
  const next = numbers(4);
  const { tokens, heads } = size;
  return documentOf("head_matrices", size, {
    quantities: [{ name: "pattern", label: "attention weight", scale: "attn", limits: [0, 1] }],
    dims: { pattern: ["layer", "head", "query", "key"] },
    coords: { layer: ["4"] },
    pattern: shares(
      filled([1, heads, tokens, tokens], (index) => {
        const [query, key] = [Math.floor(index / tokens) % tokens, index % tokens];
        return key > query ? 0 : next() ** SHARP;
      }),
    ),
  });
}

export function tokenScores(size: Size): ResultDocument {
  const next = numbers(5);
  return documentOf("token_scores", size, {
    quantities: [{ name: "score", label: "relevance", scale: "eff" }],
    dims: { score: ["position"] },
    score: filled([size.tokens], () => 2 * next() - 1),
  });
}

export function layerCurve(size: Size): ResultDocument {
  const next = numbers(6);
  const series = ["entropy", "KL to output", "control"];
  return documentOf("layer_curve", size, {
    quantities: [{ name: "mean", label: "mean over positions", scale: "unc", unit: "nats" }],
    dims: { mean: ["series", "row"] },
    coords: { series },
    mean: filled([series.length, size.layers + 1], () => 8 * next()),
  });
}
