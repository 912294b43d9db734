/** Tokens put together: words, sentences, runs of the same token. Entries are those of the tokens drawn, never their texts. */
import { isDiverging } from "../../charts/colour";
import { isRtl, tokenText } from "../../ui/tokenText";
import type { Quantity, Token } from "../types";

export type Grouping = "tokens" | "words" | "sentences";

/** Neighbouring entries that are drawn as one. */
export interface Group {
  first: number;
  last: number;
  /** The text of all of them, with the characters that bytes of several tokens make. */
  text: string;
  /** One token many times over: drawn once, with the count. */
  folded: boolean;
}

/** More equal tokens in a row than this fold into one. */
const FOLD = 8;

const bytesOf = ({ bytes, text }: Token): Uint8Array =>
  bytes
    ? Uint8Array.from({ length: bytes.length / 2 }, (_, i) => Number.parseInt(bytes.slice(2 * i, 2 * i + 2), 16))
    : new TextEncoder().encode(text);

/**
 * The characters of tokens that follow each other, and where in them each token begins and ends. A character of several
 * tokens belongs to the last of them; those before have its place and no length.
 */
export function joinedText(tokens: readonly Token[]): { text: string; starts: number[] } {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  const starts = tokens.map((token, i) => {
    const start = text.length;
    text += decoder.decode(bytesOf(token), { stream: i < tokens.length - 1 });
    return start;
  });
  return { text, starts: [...starts, text.length] };
}

/** Stretches of entries without a special token or a gap in the positions: words do not reach across. */
function stretches(tokens: readonly Token[], positions: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < tokens.length; i++) {
    const apart = i === 0 || tokens[i].special || tokens[i - 1].special || positions[i] !== positions[i - 1] + 1;
    if (apart) found.push([i, i]);
    else found[found.length - 1][1] = i;
  }
  return found;
}

const GRANULARITY = { words: "word", sentences: "sentence" } as const;

/** Which segment of the text each token begins in: its first character that is no space counts. */
function segmentsOf(
  tokens: readonly Token[],
  grouping: "words" | "sentences",
): { ids: number[]; text: string; starts: number[] } {
  const { text, starts } = joinedText(tokens);
  const begins = [...new Intl.Segmenter("en", { granularity: GRANULARITY[grouping] }).segment(text)].map(
    ({ index }) => index,
  );
  const segmentAt = (at: number) => begins.findLastIndex((begin) => begin <= at);
  const ids = tokens.map((_, i) => {
    const own = text.slice(starts[i], starts[i + 1]);
    const lead = own.length - own.trimStart().length;
    const blank = own.length > 0 && lead === own.length;
    // Blank tokens are part of a sentence, but of no word.
    if (blank && grouping === "words") return -1 - i;
    return segmentAt(starts[i] + (blank ? 0 : lead));
  });
  return { ids, text, starts };
}

function grouped(tokens: readonly Token[], from: number, grouping: "words" | "sentences"): Group[] {
  const { ids, text, starts } = segmentsOf(tokens, grouping);
  const groups: Group[] = [];
  ids.forEach((id, i) => {
    const own = text.slice(starts[i], starts[i + 1]);
    const last = groups[groups.length - 1];
    if (i > 0 && id === ids[i - 1]) {
      last.last = from + i;
      last.text += own;
    } else groups.push({ first: from + i, last: from + i, text: own, folded: false });
  });
  return groups;
}

const same = (one: Token, two: Token) => one.id === two.id && one.bytes === two.bytes && one.text === two.text;

/** Runs of the same token, each as one group where it is long and `open` is not in it. */
function folded(tokens: readonly Token[], open: number | null): Group[] {
  const groups: Group[] = [];
  for (let first = 0; first < tokens.length;) {
    let last = first;
    while (last + 1 < tokens.length && same(tokens[last + 1], tokens[first])) last += 1;
    const isOpen = open !== null && open >= first && open <= last;
    const fold = last - first + 1 > FOLD && !isOpen;
    const end = fold ? last : first;
    groups.push({ first, last: end, text: tokens[first].text, folded: fold });
    first = end + 1;
  }
  return groups;
}

/** Tokens as groups. `open` is an entry that must be seen by itself: its run is not folded. */
export function groupsOf(
  tokens: readonly Token[],
  positions: readonly number[],
  grouping: Grouping,
  open: number | null = null,
): Group[] {
  if (grouping === "tokens") return folded(tokens, open);
  return stretches(tokens, positions).flatMap(([from, to]) =>
    tokens[from].special
      ? [{ first: from, last: to, text: tokens[from].text, folded: false }]
      : grouped(tokens.slice(from, to + 1), from, grouping),
  );
}

/** Effects add up; of anything else a group has the mean. */
export const isSummed = ({ scale }: Quantity): boolean => isDiverging(scale);

/** One value per group, of those of its tokens that are defined. */
export function valuesOf(groups: readonly Group[], values: ArrayLike<number>, quantity: Quantity): Float64Array {
  return Float64Array.from(groups, ({ first, last }) => {
    let [sum, count] = [0, 0];
    for (let i = first; i <= last; i++) {
      if (Number.isNaN(values[i])) continue;
      sum += values[i];
      count += 1;
    }
    return count === 0 ? Number.NaN : isSummed(quantity) ? sum : sum / count;
  });
}

/** The groups with a value other than 0, largest first: signed ones by their size. */
export function largest(values: ArrayLike<number>, quantity: Quantity): number[] {
  const size = isDiverging(quantity.scale) ? Math.abs : (x: number) => x;
  return Array.from(values, (_, i) => i)
    .filter((i) => !Number.isNaN(values[i]) && values[i] !== 0)
    .sort((one, two) => size(values[two]) - size(values[one]));
}

/** Characters of a name. */
const NAMED = 24;
/** A text of its own direction begins and ends here. */
const FROM_HERE = "\u2068";
const TO_HERE = "\u2069";

/** What a group is called in a list. Text of tokens that run to the left is isolated, so that it stays in their order. */
export function groupName({ first, last, text }: Group, tokens: readonly Token[]): string {
  if (first === last || !isRtl(text)) return tokenText({ text }, NAMED);
  return tokens
    .slice(first, last + 1)
    .map((token) => FROM_HERE + tokenText(token, NAMED) + TO_HERE)
    .join("");
}
