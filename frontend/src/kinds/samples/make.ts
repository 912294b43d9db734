/** Small documents with made-up numbers, the same every time, which show what each kind of result looks like. */
import type { Nested, ResultBody, ResultDocument, Token } from "../types";

const hex = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const tokenOf = (text: string, more: Partial<Token> = {}): Token => ({
  id: [...text].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 50_000, 7),
  text,
  bytes: hex(text),
  offset: null,
  special: false,
  ...more,
});

/** "When Mary and John went to the store, John gave a drink to". */
export const PROMPT: Token[] = [
  tokenOf("<bos>", { special: true }),
  ...[
    "When",
    " Mary",
    " and",
    " John",
    " went",
    " to",
    " the",
    " store",
    ",",
    " John",
    " gave",
    " a",
    " drink",
    " to",
  ].map((text) => tokenOf(text)),
];

/** What tokens can be like: parts of a character, other directions, nothing to see, markup, look-alikes, great length. */
export const AWKWARD: Token[] = [
  { ...tokenOf("\ufffd"), bytes: "e282" },
  { ...tokenOf("\ufffd"), bytes: "ac" },
  tokenOf("\n"),
  tokenOf(" שלום"),
  tokenOf("\u200d"),
  tokenOf("\u202e"),
  tokenOf("<b>bold</b>"),
  tokenOf("а"),
  tokenOf("supercalifragilisticexpialidocious"),
];

/** Numbers between 0 and 1 that look random and are not. */
export function series(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const round = (x: number) => Math.round(x * 1e4) / 1e4;

/** Nested lists of a shape, each entry a function of its place. */
export function nested(shape: readonly number[], entry: (...place: number[]) => number, place: number[] = []): Nested {
  const [length, ...rest] = shape;
  const at = (i: number) => [...place, i];
  return Array.from({ length }, (_, i) => (rest.length > 0 ? nested(rest, entry, at(i)) : round(entry(...at(i)))));
}

export interface Sample {
  /** As the class is called in Python. */
  name: string;
  kind: string;
  document: ResultDocument;
}

export function sample(name: string, kind: string, body: Partial<ResultBody>): Sample {
  const empty = {
    quantities: [],
    dims: {},
    coords: {},
    tokens: [],
    vocabulary: [],
    shown: {},
    total: {},
    facts: {},
    summary: "",
  };
  return {
    name,
    kind,
    document: {
      schema_version: 1,
      key: `sample-${kind}`,
      method: `sample/${kind}`,
      method_version: 1,
      model: { id: "made-up" },
      request: {},
      result: { kind, ...empty, ...body },
      checks: [{ name: "made_up", label: "made-up numbers", value: null, verdict: "info" }],
      warnings: [],
      provenance: {},
    },
  };
}
