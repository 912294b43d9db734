/** Ramp steps as CSS values, for what is drawn with elements. */
import type { Scale } from "../../charts/colour";

export const fillOf = (scale: Scale, step: number) => (step < 0 ? "var(--sunken)" : `var(--${scale}${step})`);
export const inkOf = (scale: Scale, step: number) => (step < 0 ? "var(--ink-3)" : `var(--${scale}${step}i)`);

/** Bars are read against the surface: the pale steps of a ramp would vanish there, so they take a stronger one. */
export function barColour(scale: Scale, value: number): string {
  if (scale === "eff" || scale === "dif") return `var(--${scale}${value < 0 ? 4 : 20})`;
  return `var(--${scale}8)`;
}
