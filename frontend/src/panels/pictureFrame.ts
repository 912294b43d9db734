/** What stands around a picture: title and badges above it, the line that says where it comes from below it. */
import { stepCount } from "../charts/colour";
import { limitText } from "../kinds/parts/KindFrame";
import { capital } from "../kinds/parts/quantity";
import { chosen } from "../kinds/result";
import type { Check, Quantity } from "../kinds/types";
import { checkText } from "../ui/Badge";
import type { Shown } from "./exports";
import { provenanceLine } from "./provenance";

/** A part of a picture as markup that is put at a place. */
export interface Block {
  width: number;
  height: number;
  at: (x: number, y: number) => string;
}

const MARGIN = 24;
const LEAST_WIDTH = 480;
const FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Adwaita Sans', Inter, 'Noto Sans', system-ui, sans-serif";

const MARKS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text inside of markup; characters that no markup may hold are left out. */
export const escaped = (words: string): string =>
  words
    .toWellFormed()
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll(/[&<>"']/g, (mark) => MARKS[mark]);

/** The drawing in its frame, as markup of a picture of its own. `limits` are those of the colours, where it shows none. */
export function framed(drawing: Block, shown: Shown, limits: [number, number] | null): string {
  const { document, title, quantity, difference } = shown;
  const width = Math.max(drawing.width, LEAST_WIDTH);
  const named = chosen(document, quantity);
  const several = difference || document.result.quantities.length > 1;
  const blocks = [
    line(title, { size: 15, ink: "--ink", weight: 600 }),
    badges(document.checks, width),
    ...(named && several ? [line(capital(named.label), { size: 12, ink: "--ink-2" })] : []),
    ...(difference ? sides(document.result.facts.sides, width) : []),
    ...(named && limits ? [legend(named, limits)] : []),
    drawing,
    { width, height: GAP, at: () => "" },
    ...wrapped(provenanceLine(document), width).map((words) => line(words, { size: 11, ink: "--ink-3" })),
  ];
  let height = MARGIN;
  const parts = blocks.map((block) => {
    const part = block.at(MARGIN, height);
    height += block.height;
    return part;
  });
  const [wide, high] = [width + 2 * MARGIN, height + MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${wide}" height="${high}"`,
    ` viewBox="0 0 ${wide} ${high}" font-family="${FONT}"><title>${escaped(title)}</title>`,
    `<rect width="${wide}" height="${high}" fill="${colour("--surface")}"/>${parts.join("")}</svg>`,
  ].join("");
}

/** A colour of the page's theme. */
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

interface Type {
  size: number;
  ink: string;
  weight?: number;
}

function line(words: string, { size, ink, weight = 400 }: Type): Block {
  const attributes = `font-size="${size}" font-weight="${weight}" fill="${colour(ink)}"`;
  return {
    width: measured(words, size),
    height: Math.round(size * 1.5),
    at: (x, y) => `<text x="${x}" y="${y + size}" ${attributes}>${escaped(words)}</text>`,
  };
}

function measured(words: string, size: number): number {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return words.length * size * 0.6;
  context.font = `500 ${size}px ${FONT}`;
  return context.measureText(words).width;
}

/** Words in lines no wider than this. */
function wrapped(words: string, width: number): string[] {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trimStart();
    if (lines[lines.length - 1] !== "" && measured(longer, 11) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

const TONES: Record<Check["verdict"], { ground: string; ink: string; mark: string }> = {
  ok: { ground: "--ok-soft", ink: "--ok", mark: "✓ " },
  warn: { ground: "--warn-soft", ink: "--warn", mark: "△ " },
  fail: { ground: "--bad-soft", ink: "--bad", mark: "△ " },
  info: { ground: "--hover", ink: "--ink-2", mark: "" },
};

const PILL = 20;
const GAP = 8;

/** Every badge, in as many lines as they take. */
function badges(checks: readonly Check[], width: number): Block {
  let [left, top] = [0, 0];
  const pills = checks.map((check) => {
    const { ground, ink, mark } = TONES[check.verdict];
    const words = mark + checkText(check);
    const wide = measured(words, 11) + 16;
    if (left > 0 && left + wide > width) [left, top] = [0, top + PILL + GAP];
    const [dx, dy] = [left, top];
    left += wide + GAP;
    return (x: number, y: number) =>
      `<rect x="${x + dx}" y="${y + dy}" width="${wide}" height="${PILL}" rx="10" fill="${colour(ground)}"/>` +
      `<text x="${x + dx + 8}" y="${y + dy + 14}" font-size="11" font-weight="500" fill="${colour(ink)}">${escaped(words)}</text>`;
  });
  return {
    width,
    height: checks.length > 0 ? top + PILL + GAP + 2 : 0,
    at: (x, y) => pills.map((pill) => pill(x, y)).join(""),
  };
}

/** What A and what B is. */
function sides(names: unknown, width: number): Block[] {
  const { a, b } = (names ?? {}) as { a?: unknown; b?: unknown };
  const one = (letter: string, name: unknown, ink: string): Block => ({
    width,
    height: 18,
    at: (x, y) =>
      `<text x="${x}" y="${y + 12}" font-size="12" fill="${colour("--ink-2")}"><tspan font-weight="600" fill="${colour(ink)}">${letter}</tspan>` +
      `<tspan dx="8">${typeof name === "string" && name !== letter ? escaped(name) : ""}</tspan></text>`,
  });
  return [one("A", a, "--a"), one("B", b, "--b")];
}

const RAMP = 104;

/** Every step of the quantity's colours between its limits. */
function legend(quantity: Quantity, [low, high]: [number, number]): Block {
  const steps = stepCount(quantity.scale);
  const [from, to] = [limitText(quantity, low), limitText(quantity, high)];
  const start = measured(from, 11) + 6;
  const label = (x: number, y: number, words: string) =>
    `<text x="${x}" y="${y + 12}" font-size="11" fill="${colour("--ink-3")}">${escaped(words)}</text>`;
  const step = (x: number, y: number, i: number) =>
    `<rect x="${x + start + (i * RAMP) / steps}" y="${y + 4}" width="${RAMP / steps + 0.3}" height="8" fill="${colour(`--${quantity.scale}${i}`)}"/>`;
  return {
    width: start + RAMP + 60,
    height: 26,
    at: (x, y) =>
      label(x, y, from) +
      Array.from({ length: steps }, (_, i) => step(x, y, i)).join("") +
      label(x + start + RAMP + 6, y, to),
  };
}
