/** Kinds that are drawn freely: points, graphs, texts. */
import { AWKWARD, PROMPT, sample, series, tokenOf, type Sample } from "./make";

const CLOUDS = [
  { name: "names", x: -1.6, y: -0.5, spread: 0.75, count: 36 },
  { name: "verbs", x: 0.8, y: 0.9, spread: 0.6, count: 32 },
  { name: "function words", x: 1.6, y: -0.7, spread: 0.45, count: 22 },
];

export function scatter(): Sample {
  const random = series(23);
  const around = (middle: number, spread: number) => middle + spread * (random() + random() + random() - 1.5);
  const points = CLOUDS.flatMap(({ name, x, y, spread, count }) =>
    Array.from({ length: count }, () => ({ name, x: around(x, spread * 1.4), y: around(y, spread * 1.4) })),
  );
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return sample("Scatter", "scatter", {
    quantities: [
      { name: "x", label: "PC 1 (41% of the variance)", scale: "mag" },
      { name: "y", label: "PC 2 (20% of the variance)", scale: "mag" },
    ],
    dims: { x: ["point"], y: ["point"], class: ["point"], label: ["point"] },
    x: points.map(({ x }) => round(x)),
    y: points.map(({ y }) => round(y)),
    class: points.map(({ name }) => name),
    label: points.map((_, i) => `prompt ${i}`),
    facts: { method: "PCA", variance: [0.41, 0.2] },
  });
}

const NODES: [name: string, layer: number, head: number, position: number][] = [
  [" John", -1, -1, 4],
  [" Mary", -1, -1, 2],
  [" to", -1, -1, 14],
  ["3.0", 3, 0, -1],
  ["5.5", 5, 5, -1],
  ["7.3", 7, 3, -1],
  ["8.6", 8, 6, -1],
  ["9.6", 9, 6, -1],
  ["9.9", 9, 9, -1],
  ["logit", -1, -1, -1],
];
const EDGES: [source: number, target: number, weight: number][] = [
  [8, 9, 1.7],
  [1, 8, 1.5],
  [0, 8, 1.1],
  [1, 7, 0.9],
  [7, 9, 0.8],
  [4, 8, 0.7],
  [5, 8, -0.6],
  [3, 5, -0.5],
  [0, 3, 0.5],
  [1, 4, 0.5],
  [4, 6, -0.45],
  [2, 6, 0.4],
  [6, 8, 0.4],
  [0, 4, 0.2],
  [2, 8, 0.15],
  [3, 4, 0.1],
];

export function flowGraph(): Sample {
  return sample("FlowGraph", "flow_graph", {
    quantities: [{ name: "weight", label: "effect", scale: "eff", unit: "logits" }],
    dims: { source: ["edge"], target: ["edge"], weight: ["edge"], layer: ["node"], head: ["node"], position: ["node"] },
    coords: { node: NODES.map(([name]) => name) },
    tokens: PROMPT,
    source: EDGES.map(([source]) => source),
    target: EDGES.map(([, target]) => target),
    weight: EDGES.map(([, , weight]) => weight),
    layer: NODES.map(([, layer]) => layer),
    head: NODES.map(([, , head]) => head),
    position: NODES.map(([, , , position]) => position),
    total: { edge: 212 },
    facts: { total_weight: 10.6, edge_method: "attention/attention-pattern" },
  });
}

const words = (text: string) => text.split(/(?= )|(?=[.,\n])/);
const PLAIN = [
  ...words("Thanks for your message. The delivery is late, sorry about that."),
  ...AWKWARD.slice(2, 8).map(({ text }) => text),
];
const FORMAL = words(
  "Thanks for your kind message. We regret to inform you that the delivery has been delayed.\nYours faithfully",
);
const LENGTH = Math.max(PLAIN.length, FORMAL.length);

export function textPair(): Sample {
  const random = series(31);
  const sides = [PLAIN, FORMAL].map((side) => Array.from({ length: LENGTH }, (_, i) => side[i] ?? ""));
  const strange = (side: number, i: number) => side === 1 && !PLAIN.includes(FORMAL[i]);
  const surprise = sides.map((side, s) =>
    side.map((_, i) =>
      i >= [PLAIN, FORMAL][s].length
        ? null
        : Math.round(100 * (strange(s, i) ? 2.5 + 3 * random() : 1.2 * random())) / 100,
    ),
  );
  const logprobs = (shift: number) =>
    surprise.map((side, s) => side.map((x, i) => (x === null ? null : -x + (strange(s, i) ? shift : 0))));
  return sample("TextPair", "text_pair", {
    quantities: [
      { name: "surprise", label: "surprise to the unsteered model", scale: "unc", unit: "nats", limits: [0, 8] },
    ],
    dims: {
      token: ["side", "position"],
      length: ["side"],
      surprise: ["side", "position"],
      logprob_a: ["side", "position"],
      logprob_b: ["side", "position"],
      top_text_a: ["side", "position", "rank"],
      top_text_b: ["side", "position", "rank"],
    },
    coords: { side: ["baseline", "steered +6"] },
    token: sides,
    length: [PLAIN.length, FORMAL.length],
    surprise,
    logprob_a: logprobs(0),
    logprob_b: logprobs(2),
    top_text_a: sides.map((side) => side.map(() => [" sorry", " am", " your", " the", " a"])),
    top_text_b: sides.map((side) => side.map((text) => [text || " the", " regret", " inform", " kind", " behalf"])),
    vocabulary: AWKWARD.map(({ text }) => tokenOf(text)),
    facts: { runs: { a: "unsteered", b: "steered" } },
  });
}
