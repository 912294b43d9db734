/** How a model was made, as lines of name and value, and how its loss fell. */
import type { Training } from "../../api/card";
import type { JsonValue } from "../../api/types";
import { hasMessage, t } from "../../ui/i18n";
import { count, decimal, seconds } from "../../ui/numbers";

interface Fact {
  name: string;
  label: string;
  value: string;
  /** The whole of a value that is shortened. */
  whole?: string;
}

/** What is told first, in this order; the rest follows as it comes. */
const FIRST = ["steps", "tokens", "seconds", "device", "loss", "corpus_documents", "corpus_sha256"];

const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

export function factsOf(training: Training): Fact[] {
  return Object.entries(training)
    .toSorted(([one], [two]) => rank(one) - rank(two))
    .map(([name, value]) => ({ name, label: labelOf(name), ...valueOrHash(name, value) }))
    .filter(({ value }) => value !== "");
}

function labelOf(name: string): string {
  const key = `app.card.training.${name}`;
  return hasMessage(key) ? t(key) : name.replaceAll("_", " ");
}

/** A hash by its ends. */
function valueOrHash(name: string, value: JsonValue): Pick<Fact, "value" | "whole"> {
  if (!name.endsWith("sha256") || typeof value !== "string") return { value: valueOf(name, value) };
  return { value: `${value.slice(0, 8)}…${value.slice(-4)}`, whole: value };
}

/** Empty for what is no line: a list, or nothing. */
function valueOf(name: string, value: JsonValue): string {
  if (value === null || Array.isArray(value)) return "";
  if (typeof value === "object")
    return Object.entries(value)
      .map(([part, own]) => t("app.card.part", { name: part, value: String(own) }))
      .join(" · ");
  if (typeof value !== "number") return String(value);
  if (name === "seconds") return seconds(value);
  if (name === "loss") return t("app.card.nats", { value: decimal(value) });
  return Number.isInteger(value) ? count(value) : decimal(value);
}

export interface Loss {
  step: number;
  loss: number;
}

const isLoss = (entry: JsonValue): entry is { step: number; loss: number } =>
  typeof entry === "object" &&
  entry !== null &&
  !Array.isArray(entry) &&
  typeof entry.step === "number" &&
  typeof entry.loss === "number";

/** The loss at the steps where it was noted. */
export const lossesOf = ({ history }: Training): Loss[] => (Array.isArray(history) ? history.filter(isLoss) : []);
