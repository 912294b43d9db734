/** The numbers of a card: how each stands, which are shown, and as text to be copied. */
import type { CardNumber, ModelCard } from "../../api/card";
import { csvCell } from "../../panels/exports";
import { t } from "../../ui/i18n";
import { MINUS } from "../../ui/numbers";
import { measured } from "../gallery/measured";

export type Verdict = "kept" | "missed" | "reported";
export type Filter = "all" | "missed";

export const verdictOf = ({ holds }: CardNumber): Verdict => (holds === null ? "reported" : holds ? "kept" : "missed");

/** A number of the card, to three decimals. */
export const numberText = (value: number | null): string => measured(value, "", 3);

/** Bounds are round numbers, and written so. */
const bound = (value: number): string => String(value).replace("-", MINUS);

/** "≥ 0.95", "≤ 1", "0.3 … 0.7"; empty without a bound. */
export function boundText({ floor, ceiling }: CardNumber): string {
  if (floor !== null && ceiling !== null)
    return t("app.card.between", { floor: bound(floor), ceiling: bound(ceiling) });
  if (floor !== null) return t("app.card.atLeast", { floor: bound(floor) });
  return ceiling === null ? "" : t("app.card.atMost", { ceiling: bound(ceiling) });
}

/** The numbers that have every word of a search; only those that missed their bound, if so asked. */
export function shownNumbers(numbers: readonly CardNumber[], filter: Filter, search: string): CardNumber[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return numbers.filter((number) => {
    if (filter === "missed" && verdictOf(number) !== "missed") return false;
    const { key, title, group, note, model } = number;
    const text = [key, title, group, note, model].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The numbers by group, in the order of the card. */
export function byGroup(numbers: readonly CardNumber[]): { group: string; numbers: CardNumber[] }[] {
  const groups = new Map<string, CardNumber[]>();
  for (const number of numbers) groups.set(number.group, [...(groups.get(number.group) ?? []), number]);
  return [...groups].map(([group, own]) => ({ group, numbers: own }));
}

/** How many numbers have a bound, and how many of those keep it. */
export function boundsOf(numbers: readonly CardNumber[]): { kept: number; bounded: number } {
  const bounded = numbers.filter(({ holds }) => holds !== null);
  return { kept: bounded.filter(({ holds }) => holds).length, bounded: bounded.length };
}

const COLUMNS = ["key", "title", "group", "value", "floor", "ceiling", "control", "note", "model"] as const;

export function numbersAsCsv(numbers: readonly CardNumber[]): string {
  const rows = numbers.map((number) => [...COLUMNS.map((column) => number[column]), verdictOf(number)]);
  return [[...COLUMNS, "verdict"], ...rows].map((row) => row.map(csvCell).join(",")).join("\n") + "\n";
}

export const numbersAsJson = ({ id, title }: ModelCard, numbers: readonly CardNumber[]): string =>
  `${JSON.stringify({ id, title, numbers }, null, 2)}\n`;
