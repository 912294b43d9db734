/** Numbers along an axis: how far they reach, and round ones between. */

/** The smallest and the largest finite value; null when there is none. */
export function extent(values: ArrayLike<number>): [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

const STEPS = [1, 2, 5, 10];

/** Round numbers from `low` to `high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const wanted = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = (STEPS.find((each) => each * power >= 0.75 * wanted) ?? 10) * power;
  const out: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    out.push(Number((i * step).toPrecision(12)));
  return out;
}

/** As many decimals as the step between ticks asks for. */
export function tickText(value: number, [first, second = first]: readonly number[]): string {
  const step = Math.abs(second - first);
  const digits = step > 0 && step < 1 ? Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)) : 0;
  return value.toFixed(digits).replace("-", "\u2212");
}
