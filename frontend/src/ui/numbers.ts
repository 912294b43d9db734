/** One format per kind of number (tabular figures; a real minus; a dash, never 0, for what is undefined). */
import { locale } from "./i18n";

export const MINUS = "\u2212";
export const UNDEFINED = "\u2013";

type Maybe = number | null | undefined;

const cache = new Map<string, Intl.NumberFormat>();

function intl(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let format = cache.get(key);
  if (!format) cache.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format;
}

const defined = (x: Maybe): x is number => x != null && !Number.isNaN(x);
const minus = (text: string) => text.replaceAll("-", MINUS);
const fixed = (x: number, digits: number) =>
  minus(intl({ minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }).format(x));
/** A rounded zero carries no sign. */
const unsignedZero = (x: number, digits: number) => (Math.abs(x) < 0.5 * 10 ** -digits ? 0 : x);

function infinite(x: number): string | null {
  return Number.isFinite(x) ? null : x > 0 ? "\u221e" : `${MINUS}\u221e`;
}

/** 0–1: `0.486`, `<0.001`, and `1` or `0` only if exact. */
export function probability(x: Maybe, digits = 3): string {
  if (!defined(x)) return UNDEFINED;
  const step = 10 ** -digits;
  if (x === 0 || x === 1) return String(x);
  if (x > 0 && x < step) return `<${fixed(step, digits)}`;
  if (x < 1 && x >= 1 - step / 2) return `>${fixed(1 - step, digits)}`;
  return infinite(x) ?? fixed(x, digits);
}

/** Logits, effects, differences: `+1.71`, `−0.44`. */
export function signed(x: Maybe, digits = 2): string {
  if (!defined(x)) return UNDEFINED;
  const value = unsignedZero(x, digits);
  return infinite(x) ?? (value > 0 ? "+" : "") + fixed(value, digits);
}

/** Plain numbers with fixed decimals; very large and very small ones in scientific form. */
export function decimal(x: Maybe, digits = 2): string {
  if (!defined(x)) return UNDEFINED;
  const size = Math.abs(x);
  if (size >= 1e6 || (size > 0 && size < 10 ** -digits / 2)) return infinite(x) ?? scientific(x);
  return size >= 10_000
    ? grouped(Math.round(x))
    : fixed(size >= 100 ? Math.round(x * 10) / 10 : x, size >= 100 ? 1 : digits);
}

/** Errors: two digits, `1.1e−6`; `0` only if exact. */
export function scientific(x: Maybe): string {
  if (!defined(x)) return UNDEFINED;
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 0.01 && size < 100) return minus(String(Number(x.toPrecision(2))));
  return infinite(x) ?? minus(x.toExponential(1).replace("e+", "e"));
}

const grouped = (x: number) => minus(intl({ maximumFractionDigits: 0 }).format(x));

/** Two figures where one would say too little: `1.2`, `124`. */
const short = (x: number) => fixed(x, Math.abs(x) < 99.95 ? 1 : 0);

/** `16,384`; from a million on `1.2 M`. */
export function count(x: Maybe): string {
  if (!defined(x)) return UNDEFINED;
  const size = Math.abs(x);
  if (size >= 1e9) return `${short(x / 1e9)}\u00a0B`;
  if (size >= 1e6) return `${short(x / 1e6)}\u00a0M`;
  return infinite(x) ?? grouped(Math.round(x));
}

/** `0.09 s`, `12 s`, `3 min`, `1 h 20 min`. */
export function seconds(x: Maybe): string {
  if (!defined(x)) return UNDEFINED;
  if (x < 0.005) return "<0.01\u00a0s";
  if (x < 1) return `${fixed(x, 2)}\u00a0s`;
  if (x < 10) return `${fixed(x, 1)}\u00a0s`;
  if (x < 90) return `${grouped(Math.round(x))}\u00a0s`;
  const minutes = Math.round(x / 60);
  if (minutes < 90) return `${minutes}\u00a0min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}\u00a0h${rest ? `\u00a0${rest}\u00a0min` : ""}`;
}

/** Memory, GB = 10⁹: `2.5 GB`, `410 MB`. */
export function bytes(x: Maybe): string {
  if (!defined(x)) return UNDEFINED;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = x;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${fixed(value, unit > 0 && value < 10 ? 1 : 0)}\u00a0${units[unit]}`;
}

/** `0.97 ± 0.02`. */
export function spread(x: Maybe, half: Maybe, digits = 2): string {
  return defined(x) && defined(half) ? `${fixed(x, digits)} ± ${fixed(half, digits)}` : decimal(x, digits);
}

/** `−2.38 … −1.84`. */
export function interval(low: Maybe, high: Maybe, digits = 2): string {
  return defined(low) && defined(high) ? `${fixed(low, digits)} … ${fixed(high, digits)}` : UNDEFINED;
}

/** In prose only: `58%`. */
export function percent(x: Maybe, digits = 0): string {
  return defined(x) ? minus(intl({ style: "percent", maximumFractionDigits: digits }).format(x)) : UNDEFINED;
}

/** The format that belongs to a colour scale. */
export function forScale(scale: string, x: Maybe): string {
  if (scale === "prob" || scale === "attn") return probability(x);
  if (scale === "eff" || scale === "dif") return signed(x);
  return decimal(x);
}
