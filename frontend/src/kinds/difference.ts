/**
 * A − B of two results of one method, as a result of its own, which every kind draws without knowing.
 *
 * - Every quantity that both draw is subtracted in float64 and stands on the scale `dif`, with limits symmetric about 0.
 * - Positions follow A. Each is paired with a position of B: of the same number, of the same distance from the end, or by
 *   the same token. What has no partner is NaN. Features are the union of both lists; all other dimensions must be alike.
 * - `top_text_a` and `top_text_b` [row, position] are the first tokens of the cells of A and B, where both rank tokens.
 * - `facts.sides` are the names of A and B, `facts.identical` the number of tokens before the first difference;
 *   `other_tokens` is as long as `tokens` and holds the partner in B of each token, null where it is the same or missing.
 * - Checks: how many tokens are aligned, and whatever did not pass in A or in B.
 */
import "./messages";
import { t } from "../ui/i18n";
import { signed } from "../ui/numbers";
import type { Align } from "./align";
import { byPosition, bySame, countPairs, fromLast, identity, type Pairing } from "./pairing";
import { extent } from "./parts/axis";
import { find, indices, labels, roundUp, texts } from "./result";
import type { Check, FlatArray, Nested, NdArray, Quantity, ResultBody, ResultDocument, Token } from "./types";

/** The difference, or in words why there is none. */
export type Difference = { document: ResultDocument; reason: null } | { document: null; reason: string };

/** Kinds whose numbers belong to cells that two results share. */
const SUBTRACTED: readonly string[] = [
  "token_grid",
  "patch_grid",
  "head_matrices",
  "head_grid",
  "token_scores",
  "layer_curve",
  "feature_list",
  "similarity",
];
const TOKEN_DIMS: readonly string[] = ["position", "query", "key"];

export function differenceOf(a: ResultDocument, b: ResultDocument, align: Align): Difference {
  const pairing = pairingOf(a.result.tokens, b.result.tokens, align);
  const quantities = a.result.quantities.filter((quantity) => sharedDims(a, b, quantity.name));
  const dims = [...new Set(quantities.flatMap(({ name }) => a.result.dims[name]))];
  const axes = new Map<string, Axis>();
  const unlike: string[] = [];
  for (const dim of dims) {
    const axis = axisOf(a, b, dim, pairing);
    if (axis) axes.set(dim, axis);
    else unlike.push(dim);
  }
  const reason = refusal(a, b, quantities, unlike);
  return reason === null
    ? { document: assemble({ a, b, align, pairing, quantities, axes }), reason }
    : { document: null, reason };
}

/** The dimensions of an array of numbers that both have in the same form. */
function sharedDims(a: ResultDocument, b: ResultDocument, name: string): string[] | null {
  const [one, two] = [find(a, name), find(b, name)];
  return one && two && one.dims.join() === two.dims.join() ? one.dims : null;
}

function refusal(a: ResultDocument, b: ResultDocument, shared: readonly Quantity[], unlike: string[]): string | null {
  const kind = ({ result }: ResultDocument) => result.kind.replaceAll("_", " ");
  if (a.result.kind !== b.result.kind) return t("figures.difference.kinds", { a: kind(a), b: kind(b) });
  if (a.method !== b.method) return t("figures.difference.methods", { a: a.method, b: b.method });
  if (!SUBTRACTED.includes(a.result.kind)) return t("figures.difference.kind", { kind: kind(a) });
  if (shared.length === 0) return t("figures.difference.nothing");
  if (unlike.length === 0) return null;
  const [dim] = unlike;
  const [one, two] = [a, b].map((document) => lengthOf(document, dim));
  return one === two ? t("figures.difference.labels", { dim }) : t("figures.difference.sizes", { dim, a: one, b: two });
}

/* Which entries belong together. */

/** Along one dimension of the difference: the entry of A and the entry of B in each place, −1 where there is none. */
interface Axis {
  a: Int32Array;
  b: Int32Array;
  /** Names of the places, where they are not those of A. */
  labels: string[] | null;
}

function lengthOf(document: ResultDocument, dim: string): number {
  const name = Object.keys(document.result.dims).find((each) => document.result.dims[each].includes(dim)) ?? "";
  const array = find(document, name) ?? texts(document, name);
  return array ? array.shape[array.dims.indexOf(dim)] : 0;
}

function axisOf(a: ResultDocument, b: ResultDocument, dim: string, pairing: Pairing): Axis | null {
  const [here, there] = [a, b].map((document) => labels(document, dim, lengthOf(document, dim)));
  const every = Int32Array.from(here.keys());
  if (TOKEN_DIMS.includes(dim)) {
    const entries = new Map(indices(b, dim, there.length).map((position, entry) => [position, entry]));
    const partner = (position: number) => entries.get(pairing[position] ?? -1) ?? -1;
    return { a: every, b: Int32Array.from(indices(a, dim, here.length), partner), labels: null };
  }
  if (dim === "feature") {
    const union = [...new Set([...here, ...there])];
    const entryIn = (list: string[]) => Int32Array.from(union, (label) => list.indexOf(label));
    return { a: entryIn(here), b: entryIn(there), labels: union };
  }
  return here.join("\0") === there.join("\0") ? { a: every, b: every, labels: null } : null;
}

/** For each position of A the one of B that it is compared with. */
function pairingOf(a: readonly Token[], b: readonly Token[], align: Align): Pairing {
  if (align === "same") return bySame(a.map(identity), b.map(identity));
  return (align === "last" ? fromLast : byPosition)(a.length, b.length);
}

/* The parts of the new document. */

interface Inputs {
  a: ResultDocument;
  b: ResultDocument;
  align: Align;
  pairing: Pairing;
  quantities: readonly Quantity[];
  axes: ReadonlyMap<string, Axis>;
}

function assemble(inputs: Inputs): ResultDocument {
  const { a, b, align, pairing, axes } = inputs;
  const arrays = subtracted(inputs);
  const quantities = inputs.quantities.map((quantity) => signedQuantity(quantity, arrays[quantity.name]));
  const words = [...textsOf(inputs), ...topTexts(inputs)];
  const { tokens } = a.result;
  const { units } = a.result.facts;
  const body: ResultBody = {
    kind: a.result.kind,
    quantities,
    dims: Object.fromEntries([
      ...quantities.map(({ name }) => [name, a.result.dims[name]]),
      ...words.map(({ name, dims }) => [name, dims]),
    ]),
    coords: { ...a.result.coords, ...relabelled(axes) },
    tokens,
    other_tokens: tokens.map((token, i) => partnerToken(token, b.result.tokens[pairing[i]])),
    vocabulary: a.result.vocabulary,
    shown: { ...a.result.shown, ...sizesOf(axes) },
    total: a.result.total,
    facts: {
      sides: sidesOf(a, b),
      align,
      identical: identicalTokens(tokens, b.result.tokens),
      ...(units === undefined ? {} : { units }),
    },
    summary: summaryOf(quantities[0], arrays[quantities[0].name]),
    undefined: Object.fromEntries(quantities.map(({ name }) => [name, t("figures.difference.undefined")])),
    ...arrays,
    ...Object.fromEntries(words.map(({ name, values }) => [name, values])),
  };
  return {
    schema_version: a.schema_version,
    key: `${a.key}-${b.key}-${align}`,
    method: a.method,
    method_version: a.method_version,
    model: a.model,
    request: { a: a.request, b: b.request, align },
    result: body,
    checks: [...alignment(inputs), ...trouble(a, "A"), ...trouble(b, "B")],
    warnings: [...new Set([...a.warnings, ...b.warnings])],
    provenance: { a: a.provenance, b: b.provenance },
  };
}

/** A − B of every quantity. */
function subtracted({ a, b, quantities, axes }: Inputs): Record<string, FlatArray> {
  const difference = ({ name }: Quantity): [string, FlatArray][] => {
    const [one, two] = [find(a, name), find(b, name)];
    return one && two
      ? [
          [
            name,
            subtract(
              one,
              two,
              one.dims.flatMap((dim) => axes.get(dim) ?? []),
            ),
          ],
        ]
      : [];
  };
  return Object.fromEntries(quantities.flatMap(difference));
}

function subtract(one: NdArray, two: NdArray, axes: readonly Axis[]): FlatArray {
  const shape = axes.map(({ a }) => a.length);
  const data = new Float64Array(shape.reduce((product, length) => product * length, 1));
  let written = 0;
  // `from` and `other` are the flat indices so far, negative once a place has no entry.
  const walk = (depth: number, from: number, other: number): void => {
    const { a, b } = axes[depth];
    const here = from * one.shape[depth];
    const there = other * two.shape[depth];
    const innermost = depth === axes.length - 1;
    for (let i = 0; i < a.length; i++) {
      const next = from < 0 || a[i] < 0 ? -1 : here + a[i];
      const partner = other < 0 || b[i] < 0 ? -1 : there + b[i];
      if (!innermost) walk(depth + 1, next, partner);
      else data[written++] = next < 0 || partner < 0 ? Number.NaN : one.data[next] - two.data[partner];
    }
  };
  walk(0, 0, 0);
  return { data, shape };
}

function signedQuantity(quantity: Quantity, { data }: FlatArray): Quantity {
  const limit = roundUp(Math.max(...(extent(data) ?? [0]).map(Math.abs)));
  return {
    ...quantity,
    scale: "dif",
    label: t("figures.difference.of", { quantity: quantity.label }),
    limits: [-limit, limit],
  };
}

interface TextArray {
  name: string;
  dims: string[];
  values: Nested;
}

/** Text that belongs to no token, such as the roles of heads: kept where A and B agree, or only one of them has it. */
function textsOf({ a, b, axes }: Inputs): TextArray[] {
  return Object.entries(a.result.dims).flatMap(([name, dims]) => {
    const [one, two] = [texts(a, name), texts(b, name)];
    const known = dims.flatMap((dim) => (TOKEN_DIMS.includes(dim) ? [] : (axes.get(dim) ?? [])));
    if (!one || !two || known.length !== dims.length || two.dims.join() !== dims.join()) return [];
    const entry = (place: readonly number[]): string => {
      const [here, there] = [
        textAt(
          one,
          place.map((i, axis) => known[axis].a[i]),
        ),
        textAt(
          two,
          place.map((i, axis) => known[axis].b[i]),
        ),
      ];
      return here === undefined || here === there ? (there ?? "") : there === undefined ? here : "";
    };
    return [
      {
        name,
        dims: [...dims],
        values: nested(
          known.map((axis) => axis.a.length),
          entry,
        ),
      },
    ];
  });
}

/** The first token of each cell of A and of its partner in B; empty where there is none. */
function topTexts({ a, b, quantities, axes }: Inputs): TextArray[] {
  const [one, two] = [texts(a, "topk_text"), texts(b, "topk_text")];
  const dims = a.result.dims[quantities[0].name];
  if (!one || !two || [one, two].some((top) => top.dims.join() !== [...dims, "rank"].join())) return [];
  const known = dims.flatMap((dim) => axes.get(dim) ?? []);
  const shape = known.map((axis) => axis.a.length);
  const first = (top: typeof one, side: "a" | "b") => (place: readonly number[]) =>
    textAt(top, [...place.map((i, axis) => known[axis][side][i]), 0]) ?? "";
  return [
    { name: "top_text_a", dims: [...dims], values: nested(shape, first(one, "a")) },
    { name: "top_text_b", dims: [...dims], values: nested(shape, first(two, "b")) },
  ];
}

function textAt({ data, shape }: { data: string[]; shape: number[] }, place: readonly number[]): string | undefined {
  if (place.some((i, axis) => i < 0 || i >= shape[axis])) return undefined;
  return data[place.reduce((flat, i, axis) => flat * shape[axis] + i, 0)];
}

/** Nested lists of a shape, from a function of the place. */
function nested(
  shape: readonly number[],
  entry: (place: readonly number[]) => string,
  place: readonly number[] = [],
): Nested {
  if (place.length === shape.length) return entry(place);
  return Array.from({ length: shape[place.length] }, (_, i) => nested(shape, entry, [...place, i]));
}

const relabelled = (axes: ReadonlyMap<string, Axis>): Record<string, string[]> =>
  Object.fromEntries([...axes].flatMap(([dim, axis]) => (axis.labels ? [[dim, axis.labels]] : [])));

/** What is shown of a dimension that is the union of two lists. */
const sizesOf = (axes: ReadonlyMap<string, Axis>): Record<string, number> =>
  Object.fromEntries([...axes].flatMap(([dim, axis]) => (axis.labels ? [[dim, axis.labels.length]] : [])));

const partnerToken = (token: Token, partner: Token | undefined): Token | null =>
  partner === undefined || identity(partner) === identity(token) ? null : partner;

function identicalTokens(a: readonly Token[], b: readonly Token[]): number {
  const first = a.findIndex((token, i) => b[i] === undefined || identity(token) !== identity(b[i]));
  return first < 0 ? a.length : first;
}

/** A and B by what differs between them: the model, the prompt, or else only the letters. */
function sidesOf(a: ResultDocument, b: ResultDocument): { a: string; b: string } {
  const models = a.model.id !== b.model.id || a.model.fingerprint !== b.model.fingerprint;
  const prompts = promptOf(a) !== promptOf(b);
  const name = (document: ResultDocument, letter: string) =>
    [models && document.model.id, prompts && promptOf(document)].filter(Boolean).join(" · ") || letter;
  return { a: name(a, "A"), b: name(b, "B") };
}

/** The prompt as one text; of a chat, what its messages say. */
function promptOf({ request }: ResultDocument): string {
  const prompt = request.prompt ?? request.messages;
  if (!Array.isArray(prompt)) return typeof prompt === "string" ? prompt : "";
  return prompt.map((message: { content?: unknown }) => String(message?.content ?? "")).join(" ");
}

function summaryOf({ label }: Quantity, { data }: FlatArray): string {
  const [low, high] = extent(data) ?? [Number.NaN, Number.NaN];
  if (Number.isNaN(low)) return t("figures.difference.unaligned", { quantity: label });
  if (low === 0 && high === 0) return t("figures.difference.equal", { quantity: label });
  return t("figures.difference.summary", { quantity: label, low: signed(low), high: signed(high) });
}

function alignment({ a, b, pairing }: Inputs): Check[] {
  const total = Math.max(a.result.tokens.length, b.result.tokens.length);
  if (total === 0) return [];
  const label = t("figures.difference.aligned", { count: countPairs(pairing), total });
  return [{ name: "aligned", label, value: null, verdict: "info", explanation: t("figures.difference.alignedNote") }];
}

/** The checks of one side that did not pass, under its letter: a difference is no more to be believed than its parts. */
const trouble = ({ checks }: ResultDocument, side: string): Check[] =>
  checks
    .filter(({ verdict }) => verdict === "warn" || verdict === "fail")
    .map((check) => ({ ...check, name: `${side}.${check.name}`, label: `${side}: ${check.label}` }));
