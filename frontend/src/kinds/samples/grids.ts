/** Kinds with a cell for every place of the model. */
import { nested, PROMPT, sample, series, tokenOf, type Sample } from "./make";

const SHOWN = [9, 10, 11, 12, 13, 14];
const GUESSES = [
  [",", " John", " gave", " a", " drink", " to"],
  [",", " son", " gave", " few", " drink", " to"],
  [" and", " son", " up", " few", "ing", " get"],
  [" and", " son", " a", " few", " of", " the"],
  [" but", " was", " her", " lot", " to", " John"],
  [" they", " said", " her", " gift", " to", " Mary"],
  [" they", " said", " her", " gift", " to", " Mary"],
];
const SECOND = [" it", " man", " the", " lot", " and", " her"];

export function tokenGrid(): Sample {
  const random = series(3);
  const rows = GUESSES.length;
  const best = nested(
    [rows, 6],
    (row, column) => 0.12 + 0.09 * row * (column === 5 ? 1 : 0.6) * (0.6 + 0.4 * random()),
  );
  const at = (row: number, column: number) => (best as number[][])[row][column];
  const words = [...new Set([...GUESSES.flat(), ...SECOND])];
  return sample("TokenGrid", "token_grid", {
    quantities: [
      { name: "probability", label: "probability of the top token", scale: "prob", limits: [0, 1] },
      { name: "entropy", label: "entropy", scale: "unc", unit: "nats", limits: [0, 8] },
    ],
    dims: {
      probability: ["row", "position"],
      entropy: ["row", "position"],
      topk_ids: ["row", "position", "rank"],
      topk_prob: ["row", "position", "rank"],
      topk_text: ["row", "position", "rank"],
    },
    coords: { row: ["emb", "1", "2", "3", "4", "5", "out"], position: SHOWN.map(String) },
    tokens: PROMPT,
    vocabulary: words.map((text) => tokenOf(text)),
    probability: best,
    entropy: nested([rows, 6], (row, column) => 7.4 * (1 - at(row, column))),
    topk_ids: nested(
      [rows, 6, 2],
      (row, column, rank) => tokenOf(rank === 0 ? GUESSES[row][column] : SECOND[column]).id,
    ),
    topk_prob: nested([rows, 6, 2], (row, column, rank) => at(row, column) * (rank === 0 ? 1 : 0.3)),
    topk_text: GUESSES.map((guesses) => guesses.map((guess, column) => [guess, SECOND[column]])),
    shown: { row: rows, position: 6 },
    total: { row: rows, position: PROMPT.length, rank: 50_257 },
  });
}

export function headMatrices(): Sample {
  const random = series(11);
  const [layers, heads, size] = [4, 8, PROMPT.length];
  const kinds = Array.from({ length: layers * heads }, () => Math.floor(random() * 4));
  const raw = (kind: number, query: number, key: number): number => {
    if (key > query) return 0;
    if (kind === 1) return key === query - 1 ? 6 : 0.2;
    if (kind === 2) return PROMPT[key].text === PROMPT[query].text && key < query ? 8 : key === 0 ? 2 : 0.1;
    return key === 0 ? 4 : kind === 3 && key === query ? 3 : 0.3 + 0.5 * Math.abs(Math.sin(query * 3 + key * 5));
  };
  const sum = (kind: number, query: number) => PROMPT.reduce((total, _, key) => total + raw(kind, query, key), 0);
  return sample("HeadMatrices", "head_matrices", {
    quantities: [{ name: "pattern", label: "attention weight", scale: "attn", limits: [0, 1] }],
    dims: { pattern: ["layer", "head", "query", "key"] },
    coords: { layer: ["2", "3", "4", "5"], head: ["0", "1", "2", "3", "4", "5", "6", "7"] },
    tokens: PROMPT,
    pattern: nested([layers, heads, size, size], (layer, head, query, key) => {
      const kind = kinds[layer * heads + head];
      return raw(kind, query, key) / sum(kind, query);
    }),
    shown: { layer: 4, head: 8 },
    total: { layer: 6, head: 8 },
    facts: { first_token_share: 0.42 },
  });
}

const LARGE: Record<string, number> = { "5 2": 1.42, "4 6": 0.96, "5 7": -1.1, "4 1": 0.5, "4 4": -0.42, "0 7": 0.21 };
const ROLES: Record<string, string> = { "5 2": "name mover", "5 7": "negative mover", "4 6": "backup mover" };

export function headGrid(): Sample {
  const random = series(5);
  return sample("HeadGrid", "head_grid", {
    quantities: [{ name: "head", label: "effect on target − distractor", scale: "eff", unit: "logits" }],
    dims: { head: ["layer", "head"], role: ["layer", "head"] },
    head: nested(
      [6, 8],
      (layer, head) => LARGE[`${layer} ${head}`] ?? 0.36 * (random() - 0.5) * (random() > 0.6 ? 1 : 0.2),
    ),
    role: Array.from({ length: 6 }, (_l, layer) =>
      Array.from({ length: 8 }, (_h, head) => ROLES[`${layer} ${head}`] ?? ""),
    ),
    tokens: PROMPT,
  });
}

const RECOVERED: Record<number, number[]> = {
  10: [0.99, 0.98, 0.96, 0.8, 0.16, 0.02],
  11: [0.01, 0.02, 0.1, 0.12, 0.03, 0.01],
  14: [0, 0.01, 0.01, 0.14, 0.64, 0.94],
};

export function patchGrid(): Sample {
  const effect = (layer: number, column: number) => RECOVERED[SHOWN[column]]?.[layer] ?? 0.01;
  return sample("PatchGrid", "patch_grid", {
    quantities: [{ name: "effect", label: "share of the effect restored", scale: "eff", limits: [-1, 1] }],
    dims: { effect: ["layer", "position"], control_low: ["layer", "position"], control_high: ["layer", "position"] },
    coords: { layer: ["0", "2", "4", "6", "8", "10"], position: SHOWN.map(String) },
    tokens: PROMPT,
    effect: nested([6, 6], effect),
    control_low: nested([6, 6], () => -0.03),
    control_high: nested([6, 6], () => 0.03),
    shown: { layer: 6, position: 6 },
    total: { layer: 12, position: PROMPT.length },
  });
}

export function similarity(): Sample {
  const names = Array.from({ length: 13 }, (_, layer) => (layer === 12 ? "out" : String(layer)));
  const likeness = (one: number, two: number) => Math.exp(-Math.abs(one - two) / (2 + 0.35 * Math.min(one, two)));
  return sample("Similarity", "similarity", {
    quantities: [{ name: "cka", label: "linear CKA", scale: "mag", limits: [0, 1] }],
    dims: { cka: ["layer", "other"], cka_control: ["layer", "other"] },
    coords: { layer: names, other: names },
    cka: nested([13, 13], likeness),
    cka_control: nested([13, 13], (one, two) => 0.09 + 0.03 * likeness(one, two)),
    facts: { prompts: 64 },
  });
}
