/**
 * The state as the part of the address after `#`, so that prompts never reach a server's log.
 *
 * Keys stand in a fixed order and say nothing that is the default, so equal states have equal links: `m` model, `p` prompt,
 * `at` position or range, `l` row, `h` head, `t` and `d` target and distractor, `qp` the position asked about, `v` panels.
 * Keys of other versions are kept as they are, after these.
 */
import type { JsonValue } from "../api/types";
import type { Cell } from "../kinds/types";
import { NO_QUESTION, type Panel, type Question } from "./workspace";

export interface Address {
  model: string;
  prompt: string;
  pin: Cell | null;
  range: [number, number] | null;
  question: Question;
  panels: Omit<Panel, "uid">[];
  /** Pairs this version does not know. */
  rest: [string, string][];
}

const KNOWN = new Set(["m", "p", "at", "l", "h", "t", "d", "qp", "v"]);
/** What a link may carry before it is not a link any more. */
const LONGEST = 200_000;
/** How a panel is shown, beside the parameters of its method: names that no parameter can have. */
const WIDTH = ".width";
const QUANTITY = ".colour";

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

export function encodeAddress({ model, prompt, pin, range, question, panels, rest }: Address): string {
  const pairs: [string, string][] = [];
  const say = (key: string, value: string, initial = "") => value !== initial && pairs.push([key, value]);
  say("m", model);
  pairs.push(["p", prompt]);
  say("at", range ? `${range[0]}-${range[1]}` : numeral(pin?.position));
  say("l", numeral(pin?.row));
  say("h", pin?.head == null ? "" : `${pin.layer ?? 0}.${pin.head}`);
  say("t", question.target);
  say("d", question.distractor);
  say("qp", String(question.position), String(NO_QUESTION.position));
  say("v", panels.map(encodePanel).join(";"));
  return [...pairs, ...rest].map(([key, value]) => `${escape(key)}=${escape(value)}`).join("&");
}

const numeral = (value: number | null | undefined) => (value == null ? "" : String(value));

/** The state an address holds; null for an empty one. Never throws: what cannot be read is left out. */
export function decodeAddress(fragment: string): Address | null {
  const text = fragment.replace(/^#/, "");
  if (text === "" || text.length > LONGEST) return null;
  const pairs = text.split("&").map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    return equals < 0 ? [unescape(pair), ""] : [unescape(pair.slice(0, equals)), unescape(pair.slice(equals + 1))];
  });
  const values = new Map(pairs);
  const at = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(values.get("at") ?? "");
  const head = /^(\d{1,5})\.(\d{1,5})$/.exec(values.get("h") ?? "");
  const range: Address["range"] = at?.[2] ? [Number(at[1]), Number(at[2])] : null;
  const pin: Cell = {};
  if (at && !range) pin.position = Number(at[1]);
  if (/^\d{1,5}$/.test(values.get("l") ?? "")) pin.row = Number(values.get("l"));
  if (head) [pin.layer, pin.head] = [Number(head[1]), Number(head[2])];
  return {
    model: values.get("m") ?? "",
    prompt: values.get("p") ?? "",
    pin: Object.keys(pin).length > 0 ? pin : null,
    range,
    question: {
      target: values.get("t") ?? "",
      distractor: values.get("d") ?? "",
      position: /^-?\d{1,7}$/.test(values.get("qp") ?? "") ? Number(values.get("qp")) : NO_QUESTION.position,
    },
    panels: (values.get("v") ?? "")
      .split(";")
      .map(decodePanel)
      .filter((panel) => panel !== null),
    rest: pairs.filter(([key]) => !KNOWN.has(key)),
  };
}

/** Marks of the panel list, where they occur inside a name or a value. */
const inner = (text: string) => text.replace(/[%;~:]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
const outer = (text: string) =>
  text.replace(/%(25|3B|7E|3A)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

function encodePanel({ method, params, width, quantity }: Omit<Panel, "uid">): string {
  const said = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  if (width) said.push([WIDTH, width]);
  if (quantity) said.push([QUANTITY, quantity]);
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
    if (name === QUANTITY) panel.quantity = String(value);
    else if (name !== WIDTH) panel.params = { ...panel.params, [name]: value };
    else if (value === "half" || value === "full") panel.width = value;
  }
  return panel;
}

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
