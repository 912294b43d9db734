/** Two or three texts token by token, and where they part. */
import { t } from "../../ui/i18n";
import { decimal, probability, signed } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import { at, find, indices, texts, vocabularyToken } from "../result";
import type { NdArray, Quantity, ResultDocument, Token } from "../types";
import { bySame } from "../pairing";

type Word = Token | { text: string };

export interface Side {
  name: string;
  tokens: Word[];
  /** Tokens that no other text has in this place: of the first text what the others lost, of the others what they gained. */
  alone: boolean[];
}

export interface Texts {
  sides: Side[];
  /** Number of tokens before the texts differ, all of them if they are the same. */
  shared: number;
  same: boolean;
  /** Of the longest text. */
  length: number;
  positions: number[];
}

export function textsOf(document: ResultDocument): Texts | null {
  const words = texts(document, "token");
  if (!words || words.dims.join() !== "side,position" || words.data.length === 0) return null;
  const [count, length] = words.shape;
  const names = document.result.coords.side ?? [];
  const sides = Array.from({ length: count }, (_, side) => tokensOf(document, words.data, length, side));
  const shared = sharedStart(sides);
  const longest = Math.max(...sides.map((tokens) => tokens.length));
  return {
    sides: sides.map((tokens, side) => ({
      name: names[side] ?? t("figures.texts.side", { number: side + 1 }),
      tokens,
      alone: aloneIn(sides, side),
    })),
    shared,
    same: sides.every((tokens) => tokens.length === shared),
    length: longest,
    positions: indices(document, "position", length).slice(0, longest),
  };
}

/** The tokens of one text: as many as `length` [side] says, else up to the last that is not empty. */
function tokensOf(document: ResultDocument, words: readonly string[], length: number, side: number): Word[] {
  const own = words.slice(side * length, (side + 1) * length);
  const told = find(document, "length");
  const used = told?.dims.join() === "side" ? told.data[side] : own.findLastIndex((text) => text !== "") + 1;
  const ids = find(document, "token_id");
  return own.slice(0, used).map((text, i) => {
    const known = ids && vocabularyToken(document, at(ids, side, i));
    return known ?? { text };
  });
}

const written = (tokens: readonly Word[]): string[] => tokens.map(({ text }) => text);

function sharedStart([first, ...others]: readonly Word[][]): number {
  const differs = first.findIndex(({ text }, i) => others.some((tokens) => tokens[i]?.text !== text));
  return differs < 0 ? first.length : differs;
}

/** The first text is compared with all others, each other one with the first. */
function aloneIn(sides: readonly Word[][], side: number): boolean[] {
  const others = side === 0 ? sides.slice(1) : [sides[0]];
  const pairings = others.map((other) => bySame(written(sides[side]), written(other)));
  return sides[side].map((_, i) => pairings.length > 0 && pairings.every((pairing) => pairing[i] < 0));
}

/** What tokens can be shaded by: the quantities over the texts, and how much likelier the first run finds them. */
export interface Shade {
  quantity: Quantity;
  values: NdArray;
}

const isOverTexts = (nd: NdArray | null): nd is NdArray => nd?.dims.join() === "side,position";

export function shadesOf(document: ResultDocument): Shade[] {
  const given = document.result.quantities.flatMap((quantity) => {
    const values = find(document, quantity.name);
    return isOverTexts(values) ? [{ quantity, values }] : [];
  });
  const [a, b] = [find(document, "logprob_a"), find(document, "logprob_b")];
  if (!isOverTexts(a) || !isOverTexts(b)) return given;
  const difference: Quantity = {
    name: "difference",
    label: t("figures.texts.difference"),
    scale: "dif",
    unit: "nats",
  };
  const values = { ...a, data: Float64Array.from(a.data, (x, i) => x - b.data[i]) };
  return [...given, { quantity: difference, values }];
}

const TOP = 5;

/** What a run would have written instead of a token: its likeliest, with their probabilities. */
function alternatives(document: ResultDocument, run: "a" | "b", side: number, position: number): string {
  const [names, shares] = [texts(document, `top_text_${run}`), find(document, `top_logprob_${run}`)];
  if (names?.dims.join() !== "side,position,rank") return "";
  const ranks = names.shape[2];
  return Array.from({ length: Math.min(TOP, ranks) }, (_, rank) => {
    const text = names.data[(side * names.shape[1] + position) * ranks + rank];
    const share = shares ? ` ${probability(Math.exp(at(shares, side, position, rank)))}` : "";
    return text ? `${tokenText({ text }, 14)}${share}` : "";
  })
    .filter(Boolean)
    .join("  ");
}

/** Of a run, as `facts.runs` names it. */
function runName({ result }: ResultDocument, run: "a" | "b"): string {
  const runs = result.facts.runs;
  const name = typeof runs === "object" && runs !== null ? (runs as Record<string, unknown>)[run] : null;
  return typeof name === "string" ? name : run.toUpperCase();
}

/** A token with both log-probabilities, and the five likeliest of both runs: at most three lines. */
export function aboutToken(document: ResultDocument, { sides, positions }: Texts, side: number, i: number): string[] {
  const token = sides[side].tokens[i];
  if (!token) return [t("figures.texts.past", { side: sides[side].name, position: positions[i] ?? i })];
  const logs = (["a", "b"] as const).flatMap((run) => {
    const values = find(document, `logprob_${run}`);
    return isOverTexts(values) ? [`${runName(document, run)} ${signed(at(values, side, i))}`] : [];
  });
  const first = [
    `${positions[i]}  ${tokenText(token, 24)}`,
    ...(logs.length > 0 ? [t("figures.texts.logs", { logs: logs.join(", ") })] : []),
  ];
  const tops = (["a", "b"] as const).flatMap((run) => {
    const list = alternatives(document, run, side, i);
    return list ? [t("figures.texts.top", { run: runName(document, run), list })] : [];
  });
  return [first.join("  "), ...tops];
}

export const shadeText = ({ quantity, values }: Shade, side: number, i: number): string => {
  const value = at(values, side, i);
  const number = quantity.scale === "dif" || quantity.scale === "eff" ? signed(value) : decimal(value);
  return `${quantity.label} ${number}${quantity.unit ? ` ${quantity.unit}` : ""}`;
};
