import { hasMessage, t } from "../../ui/i18n";
import { decimal, forScale, signed } from "../../ui/numbers";
import type { Quantity } from "../types";

export const capital = (text: string) => text.charAt(0).toLocaleUpperCase("en") + text.slice(1);

/** A quantity's name as a switch shows it: a short one where the strings have it, else its label. */
export function shortLabel({ name, label }: Quantity): string {
  const key = `kinds.short.${name}`;
  return hasMessage(key) ? t(key) : capital(label);
}

/** What a dimension is called in a sentence. */
export function dimName(dim: string): string {
  const key = `kinds.dim.${dim}`;
  return hasMessage(key) ? t(key) : dim.replaceAll("_", " ");
}

/** A size from which on something is shown. */
export const leastText = (least: number): string => (least === 0 ? "0" : decimal(least));

/** A value of a quantity. Differences of shares have as many digits as the shares. */
export const numberText = ({ scale, limits }: Quantity, value: number | undefined): string =>
  scale === "dif" && limits && limits[1] <= 1 ? signed(value, 3) : forScale(scale, value);
