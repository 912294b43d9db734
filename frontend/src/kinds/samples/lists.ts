/** Kinds that are read along one dimension: tokens, layers, features, values, rows. */
import { AWKWARD, nested, PROMPT, sample, series, type Sample } from "./make";

const RELEVANCE = [0, 0, 2.21, 0, -0.36, 0, 0, 0, 0.06, 0, -0.64, 0.27, 0, 0.14, 0.34];

export function tokenScores(): Sample {
  return sample("TokenScores", "token_scores", {
    quantities: [{ name: "score", label: "relevance", scale: "eff" }],
    dims: { score: ["position"] },
    tokens: [...PROMPT, ...AWKWARD],
    score: [...RELEVANCE, ...AWKWARD.map((_, i) => (i === 3 ? 0.22 : i === 6 ? -0.18 : 0))],
  });
}

const MARY = [0, 0, 0.01, 0.01, 0.02, 0.02, 0.03, 0.05, 0.06, 0.18, 0.52, 0.41, 0.69];
const JOHN = [0, 0, 0.01, 0.01, 0.02, 0.03, 0.06, 0.14, 0.27, 0.31, 0.18, 0.12, 0.09];

export function layerCurve(): Sample {
  const control = MARY.map((_, row) => 0.1 + 0.012 * Math.sin(row));
  const lines = [MARY, JOHN, control];
  const width = (line: number, row: number) => (line === 0 ? 0.015 + 0.004 * row : 0.01);
  return sample("LayerCurve", "layer_curve", {
    quantities: [{ name: "probability", label: "probability", scale: "prob", limits: [0, 0.8] }],
    dims: { probability: ["series", "row"], low: ["series", "row"], high: ["series", "row"] },
    coords: {
      series: ["·Mary", "·John", "control"],
      row: MARY.map((_, row) => (row === 0 ? "emb" : row === 12 ? "out" : String(row))),
    },
    tokens: PROMPT,
    probability: nested([3, 13], (line, row) => lines[line][row]),
    low: nested([3, 13], (line, row) => Math.max(0, lines[line][row] - width(line, row))),
    high: nested([3, 13], (line, row) => lines[line][row] + width(line, row)),
  });
}

const FEATURES: [id: string, label: string, top: string, value: number, density: number][] = [
  ["1843", "name already mentioned", "", 4.71, 0.0041],
  ["402", "pronoun after a name", "", 3.12, 0.021],
  ["7719", "name after a comma", "", 2.88, 0.0009],
  ["5521", "giving, handing", "", 2.06, 0.0062],
  ["12907", "second mention", "", 1.97, 0.0031],
  ["88", "", " שלום", 1.44, 0.13],
  ["15230", "repeated noun", "", 1.12, 0.0002],
  ["9011", "<b>markup</b> in text", "", 0.83, 0.0008],
  ["3107", "", "\u200d", 0.51, 0.0711],
  ["660", "end of a clause", "", 0.36, 0.093],
];

export function featureList(): Sample {
  const random = series(17);
  const trace = (feature: number, position: number) =>
    position === PROMPT.length - 1 ? FEATURES[feature][3] : random() > 0.7 ? FEATURES[feature][3] * random() : 0;
  return sample("FeatureList", "feature_list", {
    quantities: [{ name: "activation", label: "activation", scale: "feat" }],
    dims: {
      activation: ["feature"],
      label: ["feature"],
      top_token: ["feature"],
      density: ["feature"],
      trace: ["feature", "position"],
    },
    coords: { feature: FEATURES.map(([id]) => id) },
    tokens: PROMPT,
    activation: FEATURES.map(([, , , value]) => value),
    label: FEATURES.map(([, label]) => label),
    top_token: FEATURES.map(([, , top]) => top),
    density: FEATURES.map(([, , , , density]) => density),
    trace: nested([FEATURES.length, PROMPT.length], trace),
    shown: { feature: FEATURES.length },
    total: { feature: 16_384 },
    facts: { active: 32 },
  });
}

const BINS = 40;

export function histogram(): Sample {
  const fall = (bin: number) => Math.exp(-bin / 5);
  const hill = (bin: number) => 0.04 * Math.exp(-(((bin - 31) / 5) ** 2));
  return sample("Histogram", "histogram", {
    quantities: [{ name: "count", label: "activation", scale: "feat" }],
    dims: { count: ["bin"], edges: ["edge"], control: ["bin"], value: ["position"] },
    tokens: PROMPT,
    edges: nested([BINS + 1], (edge) => edge / 4),
    count: nested([BINS], (bin) => Math.round(4000 * (fall(bin) + hill(bin)))),
    control: nested([BINS], (bin) => Math.round(4200 * fall(bin))),
    value: nested([PROMPT.length], (position) => (position === PROMPT.length - 1 ? 4.71 : 0.3 * position)),
  });
}

export function table(): Sample {
  return sample("Table", "table", {
    dims: { token: ["entry"], count: ["entry"], share: ["entry"] },
    token: AWKWARD.map(({ text }) => text),
    count: AWKWARD.map((_, i) => 1200 - 97 * i),
    share: AWKWARD.map((_, i) => (i === 4 ? null : Math.round(1e4 / (3 + i)) / 1e4)),
  });
}
