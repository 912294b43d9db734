/**
 * Where the colours come from: the named colours of both themes, and colour ramps generated in OKLCH with lightness strictly
 * ordered, so that a step is a class a reader can find again in the legend. `tokens.ts` writes them as CSS variables.
 */

export type ThemeName = "light" | "dark";
export const THEMES: readonly ThemeName[] = ["light", "dark"];
/** Steps of a sequential ramp; a diverging ramp has one neutral middle and `STEPS - 1` on either side. */
export const STEPS = 13;

const pairs = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/) as [string, string]),
  );

export const COLOURS: Record<ThemeName, Record<string, string>> = {
  light: pairs(`
    bg #f5f5f3
    surface #ffffff
    sunken #f3f3f0
    raised #ffffff
    hover #ecebe7
    line #e5e4e0
    line-strong #cfcdc7
    line-control #8b8982
    ink #1a1b1d
    ink-2 #484b50
    ink-3 #66696e
    accent #0a6670
    accent-soft #e1f0f0
    accent-line #a9d3d4
    on-accent #ffffff
    ok #1a6e3f
    ok-soft #e5f3ea
    warn #855300
    warn-soft #fbf0dc
    bad #ab2a20
    bad-soft #fbe9e6
    target #1a57a5
    target-soft #e6eefa
    distract #a34a06
    distract-soft #fdeee0
    a #6a3d9a
    a-soft #f1eaf8
    b #1b6f3a
    b-soft #e5f3e9`),
  dark: pairs(`
    bg #0f1113
    surface #171a1d
    sunken #121416
    raised #1e2226
    hover #23282d
    line #272c31
    line-strong #3b4249
    line-control #737b84
    ink #e9e9e7
    ink-2 #b7bbc0
    ink-3 #949aa1
    accent #5fc6cd
    accent-soft #13343a
    accent-line #235a61
    on-accent #05272a
    ok #6fcf97
    ok-soft #14301f
    warn #e8b45a
    warn-soft #352812
    bad #f28b80
    bad-soft #3b1a17
    target #86b4f4
    target-soft #172a44
    distract #f0a35e
    distract-soft #3a2410
    a #c3a1ea
    a-soft #2c2140
    b #7fcf97
    b-soft #15301f`),
};

type Triple = [number, number, number];

const clamp = (x: number) => Math.max(0, Math.min(1, x));
const mix = (from: number, to: number, t: number) => from + (to - from) * t;
const encode = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
const decode = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toHex = (linear: number[]) =>
  "#" +
  linear
    .map((v) =>
      Math.round(encode(clamp(v)) * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("");
const toLinear = (hex: string): Triple =>
  [1, 3, 5].map((i) => decode(Number.parseInt(hex.slice(i, i + 2), 16) / 255)) as Triple;

function oklabToLinear(lightness: number, a: number, b: number): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** An OKLCH colour as hex, with the chroma lowered until it fits into sRGB. */
export function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.002) {
    const linear = oklabToLinear(lightness, Math.max(c, 0) * Math.cos(angle), Math.max(c, 0) * Math.sin(angle));
    if (c <= 0 || linear.every((v) => v >= -0.0005 && v <= 1.0005)) return toHex(linear);
  }
}

export function luminance(hex: string): number {
  const [r, g, b] = toLinear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of WCAG 2. */
export function contrast(one: string, two: string): number {
  const [low, high] = [luminance(one), luminance(two)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

export type Vision = "protan" | "deutan" | "tritan";

/** Full-strength colour blindness after Machado, Oliveira and Fernandes (2009), in linear light. */
const VISION: Record<Vision, Triple[]> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

export function simulate(hex: string, vision: Vision): string {
  const c = toLinear(hex);
  return toHex(VISION[vision].map((row) => row[0] * c[0] + row[1] * c[1] + row[2] * c[2]));
}

function oklab(hex: string): Triple {
  const [r, g, b] = toLinear(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Distance of two colours in OKLab. */
export function distance(one: string, two: string): number {
  const [p, q] = [oklab(one), oklab(two)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** Hue and chroma of the sequential ramps; hues of the negative and the positive arm, and chroma, of the diverging ones. */
const SEQUENTIAL: Record<string, { hue: number; chroma: number }> = {
  prob: { hue: 258, chroma: 0.135 },
  unc: { hue: 72, chroma: 0.12 },
  attn: { hue: 195, chroma: 0.1 },
  mag: { hue: 110, chroma: 0.03 },
  feat: { hue: 345, chroma: 0.15 },
};
const DIVERGING: Record<string, { negative: number; positive: number; chroma: number }> = {
  eff: { negative: 50, positive: 258, chroma: 0.14 },
  dif: { negative: 150, positive: 305, chroma: 0.13 },
};
export const RAMPS: readonly string[] = [...Object.keys(SEQUENTIAL), ...Object.keys(DIVERGING)];

/** Chroma swells in the middle of a ramp and fades at its ends. */
const swell = (from: number, width: number, t: number) => Math.sin(Math.PI * (from + width * t));

function sequential(theme: ThemeName, { hue, chroma }: { hue: number; chroma: number }): string[] {
  return Array.from({ length: STEPS }, (_, i) => {
    const t = i / (STEPS - 1);
    return theme === "light"
      ? oklch(mix(0.982, 0.4, t ** 1.02), chroma * swell(0.06, 0.56, t) * (i ? 1 : 0.35), hue)
      : oklch(mix(0.235, 0.845, t ** 0.95), chroma * swell(0.1, 0.56, t) * (i ? 1 : 0.3), hue);
  });
}

function diverging(theme: ThemeName, arm: { negative: number; positive: number; chroma: number }): string[] {
  return Array.from({ length: 2 * STEPS - 1 }, (_, i) => {
    const t = i / (STEPS - 1) - 1;
    const size = Math.abs(t);
    const hue = t < 0 ? arm.negative : arm.positive;
    if (size === 0) return theme === "light" ? oklch(0.978, 0.003, 90) : oklch(0.235, 0.006, 250);
    return theme === "light"
      ? oklch(mix(0.975, 0.43, size), arm.chroma * swell(0.06, 0.54, size), hue)
      : oklch(mix(0.245, 0.83, size ** 0.95), arm.chroma * swell(0.12, 0.52, size), hue);
  });
}

/** The colours of every step of every ramp. */
export function ramps(theme: ThemeName): Record<string, string[]> {
  return {
    ...Object.fromEntries(Object.entries(SEQUENTIAL).map(([name, ramp]) => [name, sequential(theme, ramp)])),
    ...Object.fromEntries(Object.entries(DIVERGING).map(([name, ramp]) => [name, diverging(theme, ramp)])),
  };
}

/** Ink of a label on a step: soft black or white while that reaches 4.5 : 1, else pure black or white. */
export function inkOn(hex: string, theme: ThemeName): string {
  const soft = theme === "light" ? ["#15171a", "#ffffff"] : ["#f2f2f0", "#101214"];
  const ink = [...soft, "#000000", "#ffffff"].find((c) => contrast(hex, c) >= 4.5);
  if (!ink) throw new Error(`no readable ink on ${hex}`);
  return ink;
}
