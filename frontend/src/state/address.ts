/**
 * The state as the part of the address after `#`, so that prompts never reach a server's log.
 *
 * Keys stand in a fixed order and say nothing that is the default, so equal states have equal links: `m` model, `p` prompt
 * (`pc` as chat messages), `q` or `qc` second prompt, `n` second model, `at` position or range, `l` row, `h` head, `f`
 * feature, `also` further pins, `t` and `d` a target and a distractor each, `qp` the position asked about, `z` first token,
 * `s` side, `al` alignment, `v` panels, `view` what is in full screen. Keys of other versions are kept as they are, after these.
 */
import type { JsonValue } from "../api/types";
import type { Cell } from "../kinds/types";
import type { FirstToken } from "../kinds/types";
import { isChat, readMessages, samePrompt, type Prompt } from "./prompt";
import type { Align } from "../kinds/align";
import { NO_QUESTION, type Panel, type Question, type Second, type Side } from "./workspace";

export interface Address {
  model: string;
  prompt: Prompt;
  second: Omit<Second, "draft"> | null;
  side: Side;
  align: Align;
  firstToken: FirstToken;
  pin: Cell | null;
  also: readonly Cell[];
  range: [number, number] | null;
  question: Question;
  panels: Omit<Panel, "uid">[];
  view: string;
  /** Pairs this version does not know. */
  rest: [string, string][];
}

const KNOWN = new Set([
  "m",
  "p",
  "pc",
  "q",
  "qc",
  "n",
  "at",
  "l",
  "h",
  "f",
  "also",
  "t",
  "d",
  "qp",
  "z",
  "s",
  "al",
  "v",
  "view",
]);
const SIDES: Record<string, Side> = { a: "a", b: "b", d: "difference" };
const ALIGNS: readonly Align[] = ["position", "same", "last"];
const FIRST_TOKENS: readonly FirstToken[] = ["shown", "hidden", "renormalised"];
/** What a link may carry before it is not a link any more. */
const LONGEST = 200_000;
/** How a panel is shown, beside the parameters of its method: names that no parameter can have. */
const WIDTH = ".width";
const QUANTITY = ".colour";
const TITLE = ".title";
const KEPT = ".kept";

/** `encodeURIComponent`, leaving readable what a fragment may hold. */
const escape = (text: string) =>
  encodeURIComponent(text.toWellFormed())
    .replace(/%(2F|3A|3B|2C|40|24|3F)/g, (code) => decodeURIComponent(code))
    .replaceAll("%20", "+");

function unescape(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

export function encodeAddress(address: Address): string {
  const { model, prompt, second, pin, also, range, question } = address;
  const pairs: [string, string][] = [];
  const say = (key: string, value: string, initial = "") => value !== initial && pairs.push([key, value]);
  say("m", model);
  pairs.push(isChat(prompt) ? ["pc", JSON.stringify(prompt)] : ["p", prompt]);
  if (second) {
    const { prompt: other } = second;
    pairs.push(isChat(other) ? ["qc", JSON.stringify(other)] : ["q", samePrompt(other, prompt) ? "" : other]);
    say("n", second.model);
  }
  say("at", range ? `${range[0]}-${range[1]}` : numeral(pin?.position));
  say("l", numeral(pin?.row));
  say("h", pin?.head == null ? "" : `${pin.layer ?? 0}.${pin.head}`);
  say("f", numeral(pin?.feature));
  say("also", also.map(encodeCell).join(","));
  for (const text of question.target) pairs.push(["t", text]);
  for (const text of question.distractor) pairs.push(["d", text]);
  say("qp", String(question.position), String(NO_QUESTION.position));
  say("z", address.firstToken, "shown");
  say("s", address.side === "difference" ? "d" : address.side, "a");
  say("al", address.align, "position");
  say("v", address.panels.map(encodePanel).join(";"));
  say("view", address.view);
  return [...pairs, ...address.rest].map(([key, value]) => `${escape(key)}=${escape(value)}`).join("&");
}

const numeral = (value: number | null | undefined) => (value == null ? "" : String(value));

const CELL = ["position", "row", "layer", "head", "query", "key", "feature"] as const;
/** A further pin, dimension by dimension. */
const encodeCell = (cell: Cell) =>
  CELL.map((dimension) => numeral(cell[dimension]))
    .join(".")
    .replace(/\.+$/, "");

function decodeCell(text: string): Cell | null {
  const values = text.split(".");
  if (values.length > CELL.length || !values.every((value) => /^\d{0,7}$/.test(value))) return null;
  const known = CELL.map((dimension, i) => [dimension, values[i] ?? ""]).filter(([, value]) => value !== "");
  return known.length > 0 ? Object.fromEntries(known.map(([name, value]) => [name, Number(value)])) : null;
}

/** The state an address holds; null for an empty one. Never throws: what cannot be read is left out. */
export function decodeAddress(fragment: string): Address | null {
  const text = fragment.replace(/^#/, "");
  if (text === "" || text.length > LONGEST) return null;
  const pairs = text.split("&").map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    return equals < 0 ? [unescape(pair), ""] : [unescape(pair.slice(0, equals)), unescape(pair.slice(equals + 1))];
  });
  const values = new Map(pairs);
  const all = (key: string) => pairs.filter(([name, value]) => name === key && value !== "").map(([, value]) => value);
  const one = <T extends string>(key: string, known: readonly T[], initial: T) =>
    known.find((value) => value === values.get(key)) ?? initial;
  const at = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(values.get("at") ?? "");
  const range: Address["range"] = at?.[2] ? [Number(at[1]), Number(at[2])] : null;
  const prompt = decodePrompt(values, "p", "pc") ?? "";
  return {
    model: values.get("m") ?? "",
    prompt,
    second: decodeSecond(values, prompt),
    side: SIDES[values.get("s") ?? ""] ?? "a",
    align: one("al", ALIGNS, "position"),
    firstToken: one("z", FIRST_TOKENS, "shown"),
    pin: decodePin(values, at && !range ? Number(at[1]) : null),
    also: (values.get("also") ?? "")
      .split(",")
      .map(decodeCell)
      .filter((cell) => cell !== null)
      .slice(0, 3),
    range,
    question: {
      target: all("t"),
      distractor: all("d"),
      position: /^-?\d{1,7}$/.test(values.get("qp") ?? "") ? Number(values.get("qp")) : NO_QUESTION.position,
    },
    panels: (values.get("v") ?? "")
      .split(";")
      .map(decodePanel)
      .filter((panel) => panel !== null),
    view: values.get("view") ?? "",
    rest: pairs.filter(([key]) => !KNOWN.has(key)),
  };
}

function decodePin(values: Map<string, string>, position: number | null): Cell | null {
  const head = /^(\d{1,5})\.(\d{1,5})$/.exec(values.get("h") ?? "");
  const pin: Cell = {};
  if (position !== null) pin.position = position;
  if (/^\d{1,5}$/.test(values.get("l") ?? "")) pin.row = Number(values.get("l"));
  if (head) [pin.layer, pin.head] = [Number(head[1]), Number(head[2])];
  if (/^\d{1,7}$/.test(values.get("f") ?? "")) pin.feature = Number(values.get("f"));
  return Object.keys(pin).length > 0 ? pin : null;
}

function decodePrompt(values: Map<string, string>, plain: string, chat: string): Prompt | undefined {
  const messages = readMessages(decodeValue(values.get(chat) ?? ""));
  return messages ?? values.get(plain);
}

/** The second side is there once anything is said of it; an empty prompt stands for that of the first. */
function decodeSecond(values: Map<string, string>, first: Prompt): Address["second"] {
  if (!["q", "qc", "n"].some((key) => values.has(key))) return null;
  return { model: values.get("n") ?? "", prompt: decodePrompt(values, "q", "qc") || first };
}

/** Marks of the panel list, where they occur inside a name or a value. */
const inner = (text: string) => text.replace(/[%;~:]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
const outer = (text: string) =>
  text.replace(/%(25|3B|7E|3A)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

function encodePanel({ method, params, width, quantity, title, kept }: Omit<Panel, "uid">): string {
  const said = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  if (width) said.push([WIDTH, width]);
  if (quantity) said.push([QUANTITY, quantity]);
  if (title) said.push([TITLE, title]);
  if (kept) said.push([KEPT, kept]);
  return [inner(method), ...said.map(([name, value]) => `${inner(name)}:${inner(encodeValue(value))}`)].join("~");
}

function decodePanel(text: string): Omit<Panel, "uid"> | null {
  const [method, ...pairs] = text.split("~");
  if (!method) return null;
  const panel: Omit<Panel, "uid"> = { method: outer(method), params: {} };
  for (const pair of pairs) {
    const colon = pair.indexOf(":");
    if (colon < 0) continue;
    const [name, value] = [outer(pair.slice(0, colon)), decodeValue(outer(pair.slice(colon + 1)))];
    if (name === QUANTITY) panel.quantity = textOf(value);
    else if (name === TITLE) panel.title = textOf(value);
    else if (name === KEPT) panel.kept = textOf(value);
    else if (name !== WIDTH) panel.params = { ...panel.params, [name]: value };
    else if (value === "half" || value === "full") panel.width = value;
  }
  return panel;
}

const textOf = (value: JsonValue) => (typeof value === "string" ? value : JSON.stringify(value));

/** Text stands bare unless it would read as something else. */
function encodeValue(value: JsonValue): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return typeof decodeValue(value) === "string" && !value.startsWith('"') ? value : JSON.stringify(value);
}

function decodeValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
