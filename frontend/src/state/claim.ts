/** What an analysis claims: one sentence, a verdict, and the numbers it rests on. */
import type { Check, ResultBody } from "../kinds/types";

export const VERDICTS = ["supported", "mixed", "not_supported", "not_tested"] as const;
export type ClaimVerdict = (typeof VERDICTS)[number];

/** A measured number with its name and, where it is known, its 95% interval. */
export interface Measured {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Claim {
  sentence: string;
  verdict: ClaimVerdict;
  /** On how many prompts it was measured. */
  prompts: number | null;
  effect: Measured;
  control: Measured;
}

export const NOT_MEASURED: Measured = { label: "", value: null, low: null, high: null };
export const NO_CLAIM: Claim = {
  sentence: "",
  verdict: "not_tested",
  prompts: null,
  effect: NOT_MEASURED,
  control: NOT_MEASURED,
};

type Fields = Record<string, unknown>;
const fieldsOf = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;

const finite = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

function readMeasured(value: unknown): Measured {
  const fields = fieldsOf(value);
  if (!fields) return NOT_MEASURED;
  return {
    label: typeof fields.label === "string" ? fields.label : "",
    value: finite(fields.value),
    low: finite(fields.low),
    high: finite(fields.high),
  };
}

/** A claim from whatever an analysis was saved with; null when it holds none. */
export function readClaim(value: unknown): Claim | null {
  const fields = fieldsOf(value);
  if (!fields || typeof fields.sentence !== "string" || fields.sentence.trim() === "") return null;
  return {
    sentence: fields.sentence,
    verdict: VERDICTS.find((verdict) => verdict === fields.verdict) ?? "not_tested",
    prompts: finite(fields.prompts),
    effect: readMeasured(fields.effect),
    control: readMeasured(fields.control),
  };
}

/** How the interval of the effect stands against its control: `null` without an interval, or without a control. */
export function standing({ effect, control }: Claim): "clear" | "overlaps" | null {
  const [a, b] = [spanOf(effect), spanOf(control)];
  if (!a || !b || a[0] === a[1]) return null;
  return a[1] < b[0] || b[1] < a[0] ? "clear" : "overlaps";
}

/** From the lower to the upper end of what was measured; a bare value is a point. */
export function spanOf({ value, low, high }: Measured): [number, number] | null {
  const known = [value, low, high].filter((end) => end !== null);
  return known.length === 0 ? null : [Math.min(...known), Math.max(...known)];
}

/** A result as far as its numbers are concerned: arrays are not needed. */
export interface NumberSource {
  checks: readonly Check[];
  result: Pick<ResultBody, "facts">;
}

const MOST_OFFERED = 40;

/** The numbers that a result states, to be taken over into a claim: its checks with their controls, and its facts. */
export function measuredNumbers({ checks, result }: NumberSource): Measured[] {
  const checked = checks.flatMap(({ label, value, control }) => [
    { ...NOT_MEASURED, label, value },
    { ...NOT_MEASURED, label: `${label}, control`, value: control ?? null },
  ]);
  const stated = Object.entries(result.facts).flatMap(([name, fact]) => measuredFact(name.replaceAll("_", " "), fact));
  return [...checked, ...stated].filter(({ value }) => finite(value) !== null).slice(0, MOST_OFFERED);
}

/** The numbers of one fact: itself, its entries, or a value with its interval. */
function measuredFact(label: string, fact: unknown): Measured[] {
  const bare = finite(fact);
  if (bare !== null) return [{ ...NOT_MEASURED, label, value: bare }];
  const fields = fieldsOf(fact);
  if (!fields) return [];
  const whole = readMeasured(fields);
  if (whole.value !== null && whole.low !== null && whole.high !== null) return [{ ...whole, label }];
  return Object.entries(fields).flatMap(([name, entry]): Measured[] => {
    const value = finite(entry);
    return value === null ? [] : [{ ...NOT_MEASURED, label: `${label}: ${name.replaceAll("_", " ")}`, value }];
  });
}
