import { PENDING, stepCount, stepOf, UNDEFINED } from "../../charts/colour";
import { clipping, limitsOf, type Clipping } from "../result";
import { t } from "../../ui/i18n";
import type { Quantity, ResultDocument } from "../types";

export interface Stepped {
  steps: Int8Array;
  limits: [number, number];
  clipped: Uint8Array | undefined;
  beyond: Clipping;
}

/** Values as steps of the quantity's scale, with those beyond its limits marked. */
export function stepped(quantity: Quantity, values: ArrayLike<number>, limits = limitsOf(quantity, values)): Stepped {
  const [low, high] = limits;
  const beyond = clipping(values, limits);
  const steps = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) steps[i] = stepOf(quantity.scale, values[i], low, high);
  if (beyond.above + beyond.below === 0) return { steps, limits, clipped: undefined, beyond };
  const slack = (high - low) * 1e-6;
  const clipped = Uint8Array.from(values, (x) => (x > high + slack || x < low - slack ? 1 : 0));
  return { steps, limits, clipped, beyond };
}

/**
 * Cells that are not computed yet are marked so, instead of as undefined. Only a result that is still on its way has no
 * check. Returns how many.
 */
export function markPending({ steps }: Stepped, { checks }: Pick<ResultDocument, "checks">): number {
  if (checks.length > 0) return 0;
  let count = 0;
  for (let i = 0; i < steps.length; i++) {
    if (steps[i] !== UNDEFINED) continue;
    steps[i] = PENDING;
    count += 1;
  }
  return count;
}

/** Values inside the band of the random control are drawn neutral. Returns how many. */
export function neutralise(
  scaled: Stepped,
  values: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
): number {
  const middle = (stepCount("eff") - 1) / 2;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] >= low[i] && values[i] <= high[i])) continue;
    scaled.steps[i] = middle;
    count += 1;
  }
  return count;
}

export const beyondNotes = ({ above, below }: Clipping): string[] => [
  ...(above > 0 ? [t("kinds.above", { count: above })] : []),
  ...(below > 0 ? [t("kinds.below", { count: below })] : []),
];
