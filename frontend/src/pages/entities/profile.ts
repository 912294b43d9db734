/** Reading the profile of a head: its roles, what feeds it, its pattern on the probe. */
import { array, at, find, texts } from "../../kinds/result";
import type { ResultDocument, Token } from "../../kinds/types";

export interface Role {
  name: string;
  score: number;
  /** Not a number where there is none. */
  threshold: number;
  chance: number;
}

const SINK = "first-token sink";
const LEAST = 0.4;
const LEAST_SINK = 0.3;

/** The roles of a profile, or as far as the scores of all heads tell them. */
export function rolesOf(document: ResultDocument, layer: number, head: number): Role[] {
  const names = document.result.coords.role;
  if (names) {
    const [score, threshold, chance] = ["role_score", "role_threshold", "role_chance"].map(
      (name) => array(document, name).data,
    );
    return names.map((name, i) => ({ name, score: score[i], threshold: threshold[i], chance: chance[i] }));
  }
  const baseline = (document.result.facts.baseline ?? {}) as Record<string, number>;
  return document.result.quantities.map(({ name, label }) => ({
    name: name === "sink" ? SINK : label,
    score: at(array(document, name), layer, head),
    threshold: name === "sink" ? LEAST_SINK : name in baseline ? LEAST : Number.NaN,
    chance: baseline[name] ?? Number.NaN,
  }));
}

export const isReached = ({ score, threshold }: Role): boolean => score >= threshold;

/** What a head is called: its own roles first, the habit of resting on the first token last. */
export const named = (roles: readonly Role[]): { name: string; habit: boolean }[] =>
  roles
    .filter(isReached)
    .map(({ name }) => ({ name, habit: name === SINK }))
    .sort((a, b) => Number(a.habit) - Number(b.habit));

export const SIDES = ["query", "key", "value"] as const;
export type Side = (typeof SIDES)[number];

export interface Link {
  layer: number;
  head: number;
  side: Side;
  score: number;
  /** What heads turned at random score: their mean, and what 19 of 20 stay below. */
  control: number;
  bound: number;
}

/** Links from earlier heads, strongest first. */
export function linksOf(document: ResultDocument): Link[] {
  const random = (document.result.facts.feeds ?? {}) as Partial<
    Record<Side, { control: number | null; bound: number | null }>
  >;
  const links = SIDES.flatMap((side) => {
    const scores = find(document, `feeds_${side}`);
    if (!scores) return [];
    const [layers, heads] = scores.shape;
    const { control, bound } = random[side] ?? {};
    return Array.from({ length: layers * heads }, (_, i) => ({
      ...{ layer: Math.floor(i / heads), head: i % heads, side },
      ...{ score: scores.data[i], control: control ?? Number.NaN, bound: bound ?? Number.NaN },
    }));
  });
  return links.filter(({ score }) => !Number.isNaN(score)).sort((a, b) => b.score - a.score);
}

/** The head's direct effect, and its place among all heads by size. */
export function directOf(document: ResultDocument, layer: number, head: number) {
  const direct = array(document, "direct");
  const own = at(direct, layer, head);
  const rank = 1 + Array.from(direct.data).filter((other) => Math.abs(other) > Math.abs(own)).length;
  return { own, rank, total: direct.data.length };
}

/** The mean pattern on the probe as a figure of its own; its tokens are those of the first sequence. */
export function probeOf(document: ResultDocument, layer: number, head: number): ResultDocument | null {
  const pattern = find(document, "probe_pattern");
  if (!pattern) return null;
  const { facts } = document.result;
  const words = Array.isArray(facts.sequence_text) ? (facts.sequence_text as string[]) : [];
  const ids = Array.isArray(facts.sequence) ? (facts.sequence as number[]) : [];
  const tokens: Token[] = ids.map((id, i) => ({ id, text: words[i] ?? String(id), bytes: "", special: i === 0 }));
  return {
    ...document,
    key: `${document.key}-probe`,
    method: "attention/attention-pattern",
    checks: [],
    result: {
      kind: "head_matrices",
      quantities: [{ name: "pattern", label: "attention weight", scale: "attn", limits: [0, 1] }],
      dims: { pattern: ["layer", "head", "query", "key"] },
      coords: { layer: [String(layer)], head: [String(head)] },
      tokens,
      vocabulary: [],
      shown: { layer: 1, head: 1 },
      total: {},
      facts: {},
      summary: "",
      pattern: { data: pattern.data, shape: [1, 1, ...pattern.shape] },
    },
  };
}

export interface Reading {
  read: string;
  own: number;
  raised: string[];
  lowered: string[];
  sought: string[];
}

/** For every token that the head was given: what it writes, and what it looks for. */
export function readingsOf(document: ResultDocument): Reading[] {
  const read = texts(document, "read_text");
  const own = array(document, "own_rank").data;
  const row = (name: string, i: number): string[] => {
    const found = texts(document, name);
    const width = found?.shape[1] ?? 0;
    return found ? found.data.slice(i * width, (i + 1) * width) : [];
  };
  return (read?.data ?? []).map((text, i) => ({
    ...{ read: text, own: own[i] },
    ...{ raised: row("raised_text", i), lowered: row("lowered_text", i), sought: row("sought_text", i) },
  }));
}

/** What tables print as a dash. */
export const orNull = (x: number): number | null => (Number.isNaN(x) ? null : x);
