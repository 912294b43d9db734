import { count, decimal, probability } from "../../ui/numbers";

/** Units that stand at the number without a space. */
const ATTACHED = new Set(["%", "×"]);

/** A number of any kind with its unit: `0.97`, `<0.01`, `6.36 logits`, `20.5 M`. Shares are written as probabilities are. */
export function measured(value: number | null, unit = "", digits = 2): string {
  const text = numberText(value, digits);
  return unit === "" ? text : ATTACHED.has(unit) ? text + unit : `${text}\u00a0${unit}`;
}

function numberText(value: number | null, digits: number): string {
  if (value === null || Number.isNaN(value)) return decimal(value);
  if (value >= 0 && value <= 1) return probability(value, digits);
  return Number.isInteger(value) ? count(value) : decimal(value, 2);
}
