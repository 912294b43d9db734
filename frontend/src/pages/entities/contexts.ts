/** Reading the answer about a neuron: its contexts, its tokens, what is lost without it. */
import { array, at, find, texts, vocabularyToken } from "../../kinds/result";
import type { NdArray, ResultDocument } from "../../kinds/types";
import type { Slot } from "./Shaded";

export const GROUPS = ["strongest", "middle", "lowest", "random"] as const;
export type Group = (typeof GROUPS)[number];

export interface Context {
  name: string;
  group: string;
  /** The prompt set that the text is from. */
  source: string;
  value: number;
  slots: Slot[];
  /** The slot that the context is about. */
  centre: number;
}

export const fact = (document: ResultDocument, name: string): number => {
  const found = document.result.facts?.[name];
  return typeof found === "number" ? found : Number.NaN;
};

export function contextsOf(document: ResultDocument): Context[] {
  const [tokens, groups, sources] = ["slot_token", "context_group", "context_source"].map((name) =>
    texts(document, name),
  );
  const [values, ids] = [array(document, "slot_value"), array(document, "slot_id")];
  const own = array(document, "context_value").data;
  if (!tokens || !groups) return [];
  const width = tokens.shape[1];
  const centre = fact(document, "centre");
  return groups.data.map((group, row) => {
    const inside = Array.from({ length: width }, (_, slot) => slot).filter((slot) => at(ids, row, slot) >= 0);
    return {
      name: document.result.coords.context?.[row] ?? `${group} ${row + 1}`,
      group,
      source: sources?.data[row] ?? "",
      value: own[row],
      centre: inside.indexOf(centre),
      slots: inside.map((slot) => ({
        token: vocabularyToken(document, at(ids, row, slot)) ?? { text: tokens.data[row * width + slot] },
        value: at(values, row, slot),
      })),
    };
  });
}

export interface Listed {
  text: string;
  value: number;
}

/** A list of the answer: its texts with its numbers, of one row where there are several. */
export function listed(document: ResultDocument, words: string, numbers: string, row = 0): Listed[] {
  const [names, values] = [texts(document, words), find(document, numbers)];
  if (!names || !values) return [];
  const length = names.shape.at(-1) ?? 0;
  return Array.from({ length }, (_, i) => ({
    text: names.data[row * length + i],
    value: values.data[row * length + i],
  }));
}

/** The mean of a row, of what is defined. */
export function meanOf(nd: NdArray, row: number): number {
  const defined = Array.from({ length: nd.shape[1] ?? 0 }, (_, i) => at(nd, row, i)).filter((x) => !Number.isNaN(x));
  return defined.reduce((sum, x) => sum + x, 0) / defined.length;
}

/** Where the largest of some values stands. */
export const largestAt = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((best, value, i) => (value > values[best] ? i : best), 0);
