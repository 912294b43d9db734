/** Text on canvases: fonts, widths, and cutting it to what a cell has room for. */
import type { Palette } from "./colour";

/** Text of a cell or an axis; the first `lead` characters are dim marks. */
export interface Label {
  text: string;
  lead: number;
}

type Context = CanvasRenderingContext2D;

/** Fonts by the size of the cells. */
export const fonts = ({ mono, sans }: Palette) => ({
  cell: (width: number, height: number) =>
    `${Math.min(width >= 58 ? 12 : width >= 38 ? 11 : 10, Math.max(9, Math.floor(height - 4)))}px ${mono}`,
  token: `11px ${mono}`,
  strongToken: `600 11px ${mono}`,
  axis: `11px ${sans}`,
  strong: `600 11px ${sans}`,
  index: `10px ${sans}`,
  letter: `600 9px ${sans}`,
});

const ELLIPSIS = "\u2026";
const DIM = 0.62;
const MOST_KNOWN = 20_000;

const known = new Map<string, number>();

/** The width of a text in the context's font. Texts are few and drawn often, so widths are remembered. */
export function textWidth(context: Context, text: string): number {
  const key = `${context.font}\n${text}`;
  let width = known.get(key);
  if (width === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, (width = context.measureText(text).width));
  }
  return width;
}

/** The longest beginning of a text that fits, with what follows it. */
function beginning(context: Context, chars: readonly string[], width: number, after: string): string {
  const cut = (count: number) => chars.slice(0, count).join("") + after;
  let [low, high] = [0, chars.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(context, cut(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? cut(low) : "";
}

/** The longest beginning of a text that fits. */
export function clipText(context: Context, text: string, width: number): string {
  return textWidth(context, text) <= width ? text : beginning(context, [...text], width, ELLIPSIS);
}

/**
 * Texts as they fit into a width. Those that would be cut to the same beginning are cut in the middle instead, so that what
 * tells them apart is seen: `·intern…` twice becomes `·inte…l` and `·int…ly`.
 */
export function clipTexts(context: Context, texts: Iterable<string>, width: number): Map<string, string> {
  const cut = new Map<string, string>();
  for (const text of texts) if (!cut.has(text)) cut.set(text, clipText(context, text, width));
  for (const cutTo of [difference, ending]) {
    for (const group of alike(cut)) for (const text of group) cut.set(text, cutTo(context, text, group, width));
  }
  return cut;
}

/** Groups of texts that are cut to the same. */
function alike(cut: ReadonlyMap<string, string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const [text, clipped] of cut) {
    if (clipped === text || !clipped) continue;
    const group = groups.get(clipped);
    if (group) group.push(text);
    else groups.set(clipped, [text]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A text from where it differs from all others, with as much before that as fits. */
function difference(context: Context, text: string, others: readonly string[], width: number): string {
  const chars = [...text];
  const shared = Math.max(...others.map((other) => (other === text ? 0 : commonLength(chars, [...other]))));
  const from = Math.min(shared, chars.length - 1);
  const rest = ELLIPSIS + chars.slice(from).join("");
  return beginning(context, chars.slice(0, from), width, rest) || clipText(context, rest, width);
}

/** The longest ending of a text that fits. */
function ending(context: Context, text: string, _others: readonly string[], width: number): string {
  const chars = [...text];
  const from = chars.findIndex((_, i) => textWidth(context, ELLIPSIS + chars.slice(i).join("")) <= width);
  return from < 0 ? "" : ELLIPSIS + chars.slice(from).join("");
}

function commonLength(one: readonly string[], two: readonly string[]): number {
  const differs = one.findIndex((char, i) => char !== two[i]);
  return differs < 0 ? one.length : differs;
}

/** A label centred at x, its leading marks dimmed. `text` is the label's own, or what of it there is room for. */
export function drawLabel(context: Context, { lead }: Label, text: string, x: number, y: number): void {
  if (lead === 0 || lead >= text.length) {
    if (lead > 0) context.globalAlpha = DIM;
    context.fillText(text, x, y);
    context.globalAlpha = 1;
    return;
  }
  const marks = text.slice(0, lead);
  const left = x - textWidth(context, text) / 2;
  context.textAlign = "left";
  context.globalAlpha = DIM;
  context.fillText(marks, left, y);
  context.globalAlpha = 1;
  context.fillText(text.slice(lead), left + textWidth(context, marks), y);
  context.textAlign = "center";
}
