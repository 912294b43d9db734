/**
 * How a token is written: what the model read, never what the font makes of it. Spaces, line ends and tabs have marks;
 * bytes that are no whole character are hexadecimal; invisible, control and bidirectional characters are named and never
 * applied; a combining mark stands on a dotted circle. The same pieces are drawn by `Token` and, as text, by canvases.
 */

export interface TokenLike {
  text: string;
  /** Exact bytes, hexadecimal. */
  bytes?: string | null;
  special?: boolean;
  id?: number;
}

/** `mark` is dimmed, `name` and `hex` stand for something that cannot be drawn, `note` is a code point told beside it. */
export interface Piece {
  kind: "text" | "mark" | "name" | "hex" | "note";
  text: string;
}

const NAMES: Record<number, string> = {
  0x00: "NUL",
  0x07: "BEL",
  0x08: "BS",
  0x0b: "VT",
  0x0c: "FF",
  0x1b: "ESC",
  0x7f: "DEL",
  0xa0: "NBSP",
  0xad: "SHY",
  0x200b: "ZWSP",
  0x200c: "ZWNJ",
  0x200d: "ZWJ",
  0x200e: "LRM",
  0x200f: "RLM",
  0x2060: "WJ",
  0xfeff: "BOM",
};
const MARKS: Record<string, string> = { "\n": "\u21b5", "\r": "\u240d", "\t": "\u21e5" };
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5/u;
const COMBINING = /^\p{M}/u;
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Cyrillic and Greek letters that most fonts draw as Latin ones. */
const LOOKALIKES = new Set("АВЕЅІЈКМНОРСТУХаеіјорсухѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονɡ");
const LATIN = /\p{Script=Latin}/u;
const LETTER = /\p{L}/u;

export const SPACE_MARK = "\u00b7";

const codePoint = (char: string) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

export const isRtl = (text: string) => RTL.test(text);

function spaces(run: number): Piece {
  return { kind: "mark", text: run > 4 ? `${SPACE_MARK}\u00d7${run}` : SPACE_MARK.repeat(run) };
}

/** The pieces of whole characters. */
function characters(text: string, out: Piece[]): void {
  const add = (kind: Piece["kind"], piece: string) => {
    const last = out[out.length - 1];
    if (kind === "text" && last?.kind === "text") last.text += piece;
    else out.push({ kind, text: piece });
  };
  const list = [...text];
  for (let i = 0; i < list.length; i++) {
    const char = list[i];
    if (char === " ") {
      let run = 1;
      while (list[i + run] === " ") run += 1;
      out.push(spaces(run));
      i += run - 1;
    } else if (MARKS[char]) out.push({ kind: "mark", text: MARKS[char] });
    else if (char === "\ufffd") out.push({ kind: "name", text: "U+FFFD" });
    else if (char === "\ufe0f" && out[out.length - 1]?.kind === "text") add("text", char);
    else if (UNSEEN.test(char)) out.push({ kind: "name", text: NAMES[char.codePointAt(0) ?? -1] ?? codePoint(char) });
    else if (COMBINING.test(char) && out[out.length - 1]?.kind !== "text") add("text", `\u25cc${char}`);
    else add("text", char);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How many bytes the character at `at` takes, 0 if it is not whole. */
function wholeCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    decoder.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Characters where the bytes are whole, hexadecimal where they are not. */
function byteFragments(bytes: Uint8Array): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = wholeCharacter(bytes, at);
    if (length > 0) {
      characters(decoder.decode(bytes.subarray(at, at + length)), out);
      at += length;
      continue;
    }
    const hex = bytes[at].toString(16).toUpperCase().padStart(2, "0");
    const last = out[out.length - 1];
    if (last?.kind === "hex") last.text += ` ${hex}`;
    else out.push({ kind: "hex", text: hex });
    at += 1;
  }
  return out;
}

/** Code points of letters that pass for Latin ones: alone, or mixed with Latin. */
function lookalikes(text: string): string[] {
  const letters = [...text].filter((char) => LETTER.test(char));
  const strange = letters.filter((char) => LOOKALIKES.has(char));
  if (strange.length === 0) return [];
  const mixed = letters.some((char) => LATIN.test(char) && !LOOKALIKES.has(char));
  return mixed || strange.length === letters.length ? [...new Set(strange)].slice(0, 2).map(codePoint) : [];
}

export function tokenPieces(token: TokenLike): Piece[] {
  if (token.text === "" && !token.bytes) return [{ kind: "name", text: "\u2205" }];
  if (token.text.includes("\ufffd") && token.bytes) return byteFragments(fromHex(token.bytes));
  const out: Piece[] = [];
  characters(token.text.toWellFormed(), out);
  for (const note of lookalikes(token.text)) out.push({ kind: "note", text: note });
  return out;
}

/** For canvases, axes and tables: the text, and how many of its first characters are dim marks. */
export interface TokenLabel {
  text: string;
  lead: number;
}

const FSI = "\u2068";
const PDI = "\u2069";

export function tokenLabel(token: TokenLike, max = Infinity): TokenLabel {
  const pieces = tokenPieces(token).filter((piece) => piece.kind !== "note");
  const lead = pieces[0]?.kind === "mark" ? pieces[0].text.length : 0;
  const chars = [...pieces.map((piece) => piece.text).join("")];
  const text = chars.length > max ? `${chars.slice(0, max - 1).join("")}\u2026` : chars.join("");
  return isRtl(text) ? { text: FSI + text + PDI, lead: 0 } : { text, lead };
}

export const tokenText = (token: TokenLike, max?: number): string => tokenLabel(token, max).text;

/** For each token that holds only part of a character, the whole character that it belongs to. */
export function joinedCharacters(tokens: readonly TokenLike[]): (string | null)[] {
  const joined: (string | null)[] = tokens.map(() => null);
  const all: { byte: number; token: number }[] = [];
  tokens.forEach((token, i) => {
    if (token.bytes && token.text.includes("\ufffd"))
      fromHex(token.bytes).forEach((byte) => all.push({ byte, token: i }));
    else all.push({ byte: -1, token: i });
  });
  for (let at = 0; at < all.length; at++) {
    if (all[at].byte < 0xc2) continue;
    const next = Uint8Array.from(
      all.slice(at, at + 4).filter((part) => part.byte >= 0),
      (part) => part.byte,
    );
    const length = wholeCharacter(next, 0);
    if (length < 2 || all[at].token === all[at + length - 1].token) continue;
    const text = decoder.decode(next.subarray(0, length));
    for (let i = at; i < at + length; i++) joined[all[i].token] = text;
    at += length - 1;
  }
  return joined;
}
