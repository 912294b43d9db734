/** Models and methods for tests. */
import type { Memory } from "../../api/models";
import type { Method, Model } from "../../api/types";

const EVERY = ["causal", "heads", "patterns", "residual_contract", "sequential_blocks"];

/** A model whose files are known and which is not loaded. */
export const listed = (id: string, more: Partial<Model> = {}): Model => ({
  id,
  title: null,
  checkpoint_of: null,
  source: "folder",
  architecture: "gpt2",
  layers: 12,
  heads: 12,
  key_value_heads: 12,
  width: 768,
  vocabulary: 50257,
  context: 1024,
  parameters: 124_000_000,
  bytes: 248_000_000,
  dtype: "bfloat16",
  precision: "float32",
  fingerprint: null,
  state: "not_loaded",
  stage: null,
  done: null,
  total: null,
  run: null,
  position: null,
  memory_bytes: null,
  device: null,
  fidelity: null,
  capabilities: null,
  missing: null,
  problem: null,
  ...more,
});

/** A model in memory that lacks what `missing` names. */
export const ready = (id: string, missing: Record<string, string> = {}, more: Partial<Model> = {}): Model =>
  listed(id, {
    state: "ready",
    memory_bytes: 496_000_000,
    device: "cpu",
    fingerprint: `4f1c${"0".repeat(56)}9ae2`,
    fidelity: {
      max_logit_difference: 1.1e-6,
      lens_error: 0,
      norm_error: 2e-7,
      residual_contract_error: 8e-8,
      head_sum_error: 3e-7,
      pattern_error: 1.9e-7,
      special: [],
    },
    capabilities: EVERY.filter((capability) => !(capability in missing)),
    missing,
    ...more,
  });

/** A model whose weights are being read. */
export const loading = (id: string, done: number, total: number): Model =>
  listed(id, { state: "loading", stage: "reading weights", done, total, run: `run-of-${id}` });

export const method = (id: string, more: Partial<Method> = {}): Method => ({
  id,
  title: id,
  version: 1,
  family: "family",
  kind: "table",
  question: "Where does it look?",
  purpose: "",
  reading: "",
  synonyms: [],
  next: [],
  shortcut: "",
  papers: [],
  requires: [],
  resources: { model: "Model" },
  optional_resources: [],
  description: "",
  params: {},
  ...more,
});

export const memoryOf = (models: Record<string, number>): Memory => ({
  limit_bytes: 8e9,
  used_bytes: Object.values(models).reduce((sum, size) => sum + size, 0),
  models,
  captures_bytes: 0,
  results_bytes: 0,
});
