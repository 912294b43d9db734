/** The numbers of a panel from a terminal, a script or a notebook: the same requests, and of their answers what is drawn. */
import type { JsonValue, MethodRequest } from "../api/types";
import { isDiverging } from "../charts/colour";
import type { Align } from "../kinds/align";
import { fromLast, bySame, byPosition, type Pairing } from "../kinds/pairing";
import { find, indices, labels } from "../kinds/result";
import type { FirstToken, Quantity, ResultDocument, Token } from "../kinds/types";

export type Language = "curl" | "python" | "notebook";

/** Entries of one axis of both sides that belong together; −1 where there is none. */
export interface Pairs {
  axis: number;
  a: number[];
  b: number[];
}

/** What a panel draws of the answer, as far as code can repeat it. */
export interface Drawn {
  /** The array and its dimensions. */
  array?: { name: string; dims: string[] };
  /** The request of side B, where A − B is drawn. */
  other?: MethodRequest;
  /** Of a difference: the axes along which A and B are not simply entry by entry. */
  pairs?: Pairs[];
  /** What the figure does to the values before it draws them, as Python. */
  after?: string[];
}

export function codeFor(
  language: Language,
  server: string,
  method: string,
  request: MethodRequest,
  drawn: Drawn = {},
): string {
  const { other } = drawn;
  const address = `${server}/api/v1/methods/${method}`;
  if (language === "curl") {
    return other ? ["# A", curl(address, request), "", "# B", curl(address, other)].join("\n") : curl(address, request);
  }
  const lines = other
    ? bothAnswers(server, method, [request, other], drawn)
    : answer(server, method, request, drawn, language);
  return [...lines, ...(language === "notebook" ? drawing(drawn) : [])].join("\n");
}

const curl = (address: string, request: MethodRequest): string =>
  [
    `curl -sS ${quoteShell(address)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoteShell(JSON.stringify(request, null, 2))}`,
  ].join("\n");

/** Undefined numbers are null in JSON, and NaN in the array. */
const taken = ({ name, dims }: NonNullable<Drawn["array"]>, of: string): string =>
  `np.array(${of}[${JSON.stringify(name)}], dtype=float)  # ${dims.join(" × ")}`;

function answer(
  server: string,
  method: string,
  request: MethodRequest,
  { array, after = [] }: Drawn,
  language: Language,
): string[] {
  return [
    "import httpx",
    ...(array ? ["import numpy as np"] : []),
    "",
    `server = ${python(server)}`,
    `request = ${python(request)}`,
    `answer = httpx.post(f"{server}/api/v1/methods/${method}", json=request, timeout=None)`,
    "document = answer.raise_for_status().json()",
    ...(language === "python" || array ? ['result = document["result"]'] : []),
    ...(array ? [`values = ${taken(array, "result")}`, ...after] : []),
    ...(language === "python" ? ['print(result["summary"])'] : []),
  ];
}

function bothAnswers(
  server: string,
  method: string,
  [request, other]: [MethodRequest, MethodRequest],
  { array, pairs = [], after = [] }: Drawn,
): string[] {
  const lines = [
    "import httpx",
    "import numpy as np",
    "",
    `server = ${python(server)}`,
    "",
    "",
    "def run(request):",
    `    answer = httpx.post(f"{server}/api/v1/methods/${method}", json=request, timeout=None)`,
    '    return answer.raise_for_status().json()["result"]',
    "",
    "",
    `a = run(${python(request)})`,
    `b = run(${python(other)})`,
  ];
  if (!array) return lines;
  return [
    ...lines,
    `values_a = ${taken(array, "a")}`,
    `values_b = ${taken(array, "b")}`,
    ...(pairs.length > 0 ? beside(pairs) : []),
    "values = values_a - values_b",
    ...after,
  ];
}

/** Entries of A and B brought side by side; where one has none it is undefined. */
function beside(pairs: Pairs[]): string[] {
  return [
    "",
    "",
    "def entries(values, axis, which):",
    "    blank = np.full_like(values.take([0], axis), np.nan)",
    "    return np.concatenate([values, blank], axis).take(which, axis)  # -1 takes the blank",
    "",
    "",
    ...pairs.flatMap(({ axis, a, b }) => [
      `values_a = entries(values_a, ${axis}, ${python(a)})`,
      `values_b = entries(values_b, ${axis}, ${python(b)})`,
    ]),
  ];
}

function drawing({ other, array }: Drawn): string[] {
  if (!other) {
    return [
      "",
      "import plotly.graph_objects as go",
      "",
      `figure = httpx.get(f"{server}/api/v1/results/{document['key']}/figure").json()`,
      "go.Figure(figure)",
    ];
  }
  if (!array || array.dims.length > 2) return [];
  return [
    "",
    "import plotly.express as px",
    "",
    array.dims.length === 2 ? 'px.imshow(values, origin="lower")' : "px.line(values)",
  ];
}

/** How the figure leaves out the first token: it has no value, and shares of attention are of what remains. */
export function withoutFirst(document: ResultDocument, { name, scale }: Quantity, firstToken: FirstToken): string[] {
  const values = find(document, name);
  const first = (dim: string, axis: number) => values !== null && indices(document, dim, values.shape[axis])[0] === 0;
  if (firstToken === "shown" || !values) return [];
  const { dims } = values;
  if (dims.at(-1) === "key" && first("key", dims.length - 1)) {
    const divided = firstToken === "renormalised" && scale === "attn";
    return [
      "values[..., 0] = np.nan  # without the first token",
      ...(divided ? ["values /= np.nansum(values, axis=-1, keepdims=True)"] : []),
    ];
  }
  if (!isDiverging(scale)) return [];
  if (dims.join() === "position" && first("position", 0)) return ["values[0] = np.nan  # without the first token"];
  const parts = find(document, `${name}_by_token`);
  if (dims.join() !== "layer,head" || !parts || indices(document, "position", parts.shape[2])[0] !== 0) return [];
  return [
    `values -= np.array(result[${JSON.stringify(`${name}_by_token`)}], dtype=float)[..., 0]  # without the first token`,
  ];
}

const TOKEN_DIMS: readonly string[] = ["position", "query", "key"];
const identity = ({ bytes, text }: Token) => bytes || text;

/** How the entries of A and B were put beside each other, along the axes where that is not one by one. */
export function pairsOf(a: ResultDocument, b: ResultDocument, align: Align, name: string): Pairs[] {
  const [one, two] = [find(a, name), find(b, name)];
  if (!one || !two) return [];
  const positions = positionPairs(a.result.tokens, b.result.tokens, align);
  return one.dims.flatMap((dim, axis): Pairs[] => {
    const [here, there] = [one.shape[axis], two.shape[axis]];
    const pairs = TOKEN_DIMS.includes(dim)
      ? tokenPairs(indices(a, dim, here), indices(b, dim, there), positions)
      : dim === "feature"
        ? labelPairs(labels(a, dim, here), labels(b, dim, there))
        : null;
    return pairs && !(oneByOne(pairs.a, here) && oneByOne(pairs.b, there)) ? [{ axis, ...pairs }] : [];
  });
}

const oneByOne = (entries: number[], length: number) =>
  entries.length === length && entries.every((entry, i) => entry === i);

function positionPairs(a: readonly Token[], b: readonly Token[], align: Align): Pairing {
  if (align === "same") return bySame(a.map(identity), b.map(identity));
  return (align === "last" ? fromLast : byPosition)(a.length, b.length);
}

const tokenPairs = (here: number[], there: number[], positions: Pairing) => ({
  a: [...here.keys()],
  b: here.map((position) => there.indexOf(positions[position] ?? -1)),
});

function labelPairs(here: string[], there: string[]) {
  const union = [...new Set([...here, ...there])];
  return { a: union.map((label) => here.indexOf(label)), b: union.map((label) => there.indexOf(label)) };
}

const quoteShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A JSON value as a Python literal. */
function python(value: JsonValue, indent = ""): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  // Python reads every escape that JSON writes; a lone surrogate stays an escape.
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  if (Array.isArray(value)) return `[${value.map((item) => python(item, inner)).join(", ")}]`;
  const lines = Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${python(item, inner)},`);
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}
