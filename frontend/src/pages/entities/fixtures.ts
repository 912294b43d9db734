/** Answers about a made-up model of 2 layers with 2 heads each, as the server would send them. */
import type { ResultBody, ResultDocument, Token } from "../../kinds/types";

const token = (id: number, text: string): Token => ({ id, text, bytes: "" });
export const TOKENS = [token(1, "A"), token(2, " b"), token(3, " c")];

const documentOf = (method: string, result: Partial<ResultBody>): ResultDocument => ({
  ...{ schema_version: 1, key: method, method, method_version: 1, model: { id: "specimen" }, request: {} },
  ...{ checks: [], warnings: [], provenance: {} },
  result: {
    ...{ kind: "table", quantities: [], dims: {}, coords: {}, tokens: TOKENS, vocabulary: [], shown: {}, total: {} },
    ...{ facts: {}, summary: "", ...result },
  },
});

export const profile = (): ResultDocument =>
  documentOf("attention/head-profile", {
    kind: "head_grid",
    summary: "Head 1.1: induction (0.90).",
    quantities: [{ name: "direct", label: "direct effect", scale: "eff", unit: "logits" }],
    coords: {
      ...{ role: ["induction", "previous token", "first-token sink", "entropy"], bin: ["1", "≤ 5", "more"] },
      ...{ ablation: ["as it is", "zero", "mean"], change: ["zero", "mean"], draw: ["0.0", "0.1"] },
    },
    dims: {
      direct: ["layer", "head"],
      ...{ feeds_query: ["layer", "head"], feeds_key: ["layer", "head"], feeds_value: ["layer", "head"] },
      ...{ role_score: ["role"], role_threshold: ["role"], role_chance: ["role"], probe_pattern: ["query", "key"] },
      ...{ read_text: ["read"], own_rank: ["read"], raised_text: ["read", "rank"], lowered_text: ["read", "rank"] },
      ...{ sought_text: ["read", "place"], copy_count: ["bin"], ablation_difference: ["asked", "ablation"] },
      ...{ ablation_right: ["ablation"], ablation_kl: ["change"], random_change: ["draw", "change"] },
    },
    direct: [
      [0.5, -1],
      [0, -2.25],
    ],
    feeds_query: [
      [0.1, 0.2],
      [null, null],
    ],
    feeds_key: [
      [0.3, 0.05],
      [null, null],
    ],
    feeds_value: [
      [0.01, 0.02],
      [null, null],
    ],
    role_score: [0.9, 0.03, 0.35, 0.19],
    role_threshold: [0.4, 0.4, 0.3, null],
    role_chance: [0.03, 0.08, 0.08, 1],
    probe_pattern: [
      [1, 0, 0],
      [0.5, 0.5, 0],
      [0.2, 0.7, 0.1],
    ],
    read_text: ["A", " b"],
    own_rank: [1, 211],
    raised_text: [["x"], ["y"]],
    lowered_text: [["u"], ["v"]],
    sought_text: [["k"], ["l"]],
    copy_count: [3, 4, 2],
    ablation_difference: [
      [2, 1, 1.5],
      [4, 2, 2.5],
    ],
    ablation_right: [1, 0.5, 1],
    ablation_kl: [0.02, 0.01],
    random_change: [
      [-0.2, -0.1],
      [0.3, 0.05],
    ],
    facts: {
      ...{ layer: 1, head: 1, batch: 8, sequence: [0, 5, 5], sequence_text: ["<s>", "q", "q"], n_ablated: 2 },
      ...{ target: [{ id: 2, text: " b" }], distractor: [{ id: 3, text: " c" }] },
      feeds: {
        ...{ query: { control: 0.08, bound: 0.12 }, key: { control: 0.08, bound: 0.12 } },
        value: { control: 0.08, bound: 0.12 },
      },
    },
  });

export const pattern = (): ResultDocument =>
  documentOf("attention/attention-pattern", {
    kind: "head_matrices",
    quantities: [{ name: "pattern", label: "attention weight", scale: "attn", limits: [0, 1] }],
    dims: { pattern: ["layer", "head", "query", "key"] },
    coords: { layer: ["1"], head: ["1"] },
    pattern: [
      [
        [
          [1, 0, 0],
          [0.5, 0.5, 0],
          [0.2, 0.7, 0.1],
        ],
      ],
    ],
  });

export const contexts = (): ResultDocument =>
  documentOf("activations/neuron-contexts", {
    kind: "histogram",
    summary: "Neuron 1.7 is on at 25.0% of 40 tokens.",
    quantities: [{ name: "count", label: "value of neuron 1.7", scale: "feat" }],
    coords: { context: ["strongest 1", "random 1"], ablated: ["neuron", "control"], reader: ["input"] },
    dims: {
      ...{ count: ["bin"], edges: ["edge"], value: ["position"], slot_token: ["context", "slot"] },
      ...{ slot_id: ["context", "slot"], slot_value: ["context", "slot"], context_group: ["context"] },
      ...{ context_source: ["context"], context_value: ["context"], raised: ["rank"], raised_token: ["rank"] },
      ...{ lowered: ["rank"], lowered_token: ["rank"], neighbour: ["neighbour"], neighbour_cosine: ["neighbour"] },
      ...{ reads: ["reader", "read"], reads_token: ["reader", "read"], kind_token: ["kind"], kind_mean: ["kind"] },
      ...{ ablation_kl: ["ablated", "strongest"], ablation_nll: ["ablated", "strongest"] },
    },
    ...{ count: [30, 10], edges: [-0.5, 1, 4], value: [0.1, 3, -0.2] },
    slot_token: [
      ["It", " was", ""],
      ["No", " one", " came"],
    ],
    slot_id: [
      [10, 11, -1],
      [12, 13, 14],
    ],
    slot_value: [
      [0.2, 4, null],
      [0, 0.1, 0.3],
    ],
    ...{ context_group: ["strongest", "random"], context_source: ["sentiment", "facts"], context_value: [4, 0.1] },
    ...{ raised: [2.5], raised_token: [" sun"], lowered: [-1.5], lowered_token: [" rain"] },
    ...{ neighbour: ["1.3"], neighbour_cosine: [0.4], kind_token: [" was"], kind_mean: [2] },
    ...{ reads: [[0.3]], reads_token: [[" warm"]] },
    ablation_kl: [
      [0.2, 0.4],
      [0.01, 0.03],
    ],
    ablation_nll: [
      [0.5, null],
      [0.1, null],
    ],
    facts: {
      ...{ layer: 1, neuron: 7, centre: 1, n_texts: 4, n_tokens: 40, n_sets: 2, smallest: -0.5, largest: 4 },
      ...{ frequency: 0.25, control_neuron: 2 },
    },
  });
