import { hasMessage, t } from "../../ui/i18n";
import type { Quantity } from "../types";

export const capital = (text: string) => text.charAt(0).toLocaleUpperCase("en") + text.slice(1);

/** A quantity's name as a switch shows it: a short one where the strings have it, else its label. */
export function shortLabel({ name, label }: Quantity): string {
  const key = `kinds.short.${name}`;
  return hasMessage(key) ? t(key) : capital(label);
}
