/** Colours of the charts: steps of the ramps, read from the CSS variables of the theme in force where the chart stands. */

export type Scale = "prob" | "attn" | "unc" | "feat" | "mag" | "eff" | "dif";

const SCALES: readonly Scale[] = ["prob", "attn", "unc", "feat", "mag", "eff", "dif"];
/** Steps of a sequential ramp; a diverging one has twice as many, less one. */
export const STEPS = 13;
/** Instead of a step: a value that is undefined, or one that has not been computed yet. */
export const UNDEFINED = -1;
export const PENDING = -2;

export const isDiverging = (scale: Scale) => scale === "eff" || scale === "dif";
export const stepCount = (scale: Scale) => (isDiverging(scale) ? 2 * STEPS - 1 : STEPS);

/** The step of a value between its limits; diverging scales have their middle in the middle of the limits. */
export function stepOf(scale: Scale, value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return UNDEFINED;
  const t = high > low ? (value - low) / (high - low) : 0;
  return Math.round(Math.max(0, Math.min(1, t)) * (stepCount(scale) - 1));
}

export interface Palette {
  fill: Record<Scale, string[]>;
  ink: Record<Scale, string[]>;
  /** The fills as little-endian RGBA words, for pixel buffers; and those of cells without a value. */
  words: Record<Scale, Uint32Array>;
  pendingWord: number;
  undefinedWord: number;
  /** Under forced colours, the named colours are those of the system. */
  forced: boolean;
  surface: string;
  sunken: string;
  hover: string;
  line: string;
  lineStrong: string;
  text: string;
  text2: string;
  text3: string;
  accent: string;
  accentSoft: string;
  target: string;
  distract: string;
  a: string;
  b: string;
  sans: string;
  mono: string;
}

export function rgbaWord(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16) || 0;
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

const palettes = new Map<string, Palette>();

/** The palette in force at an element. Reading it takes a while, so each theme's is read once. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  // The colours of the system may change without any of ours.
  if (forcedColours()) return paletteOf(element, read);
  const theme = `${read("surface")} ${read("ink")}`;
  let palette = palettes.get(theme);
  if (!palette) palettes.set(theme, (palette = paletteOf(element, read)));
  return palette;
}

function paletteOf(element: Element, read: (name: string) => string): Palette {
  const ramp = (scale: Scale, suffix: string) =>
    Array.from({ length: stepCount(scale) }, (_, i) => read(`${scale}${i}${suffix}`) || "#888888");
  const each = <T>(make: (scale: Scale) => T) =>
    Object.fromEntries(SCALES.map((scale) => [scale, make(scale)])) as Record<Scale, T>;
  const fill = each((scale) => ramp(scale, ""));
  const palette: Palette = {
    fill,
    ink: each((scale) => ramp(scale, "i")),
    words: each((scale) => Uint32Array.from(fill[scale], rgbaWord)),
    pendingWord: rgbaWord(read("hover")),
    undefinedWord: rgbaWord(read("sunken")),
    forced: forcedColours(),
    surface: read("surface"),
    sunken: read("sunken"),
    hover: read("hover"),
    line: read("line"),
    lineStrong: read("line-strong"),
    text: read("ink"),
    text2: read("ink-2"),
    text3: read("ink-3"),
    accent: read("accent"),
    accentSoft: read("accent-soft"),
    target: read("target"),
    distract: read("distract"),
    a: read("a"),
    b: read("b"),
    sans: read("sans") || "sans-serif",
    mono: read("mono") || "monospace",
  };
  return palette.forced ? { ...palette, ...systemColours(element) } : palette;
}

/** Under forced colours, what is named is drawn in the colours of the system, as plain values that any library reads. */
function systemColours(element: Element): Partial<Palette> {
  const probe = document.createElement("span");
  probe.style.setProperty("forced-color-adjust", "none");
  element.append(probe);
  const resolve = (keyword: string) => {
    probe.style.color = keyword;
    return getComputedStyle(probe).color;
  };
  const [ink, ground, grey, accent] = ["CanvasText", "Canvas", "GrayText", "Highlight"].map(resolve);
  probe.remove();
  const inks = { text: ink, text2: ink, text3: ink, target: ink, distract: ink, a: ink, b: ink };
  const grounds = { surface: ground, sunken: ground, hover: ground, accentSoft: ground };
  return { ...inks, ...grounds, line: grey, lineStrong: ink, accent };
}

/** Calls back when the theme changes: by the attribute on the root element, by the system, or by forced colours. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
  queries.forEach((query) => query.addEventListener("change", changed));
  return () => {
    observer.disconnect();
    queries.forEach((query) => query.removeEventListener("change", changed));
  };
}

export const forcedColours = () => matchMedia("(forced-colors: active)").matches;
