/** Which positions of two prompts belong together. */
import { bySame, identity } from "./pairing";
import type { Token } from "./types";

export type Align = "position" | "same" | "last";

/** One place in both prompts; null where one of them has nothing there. */
export interface Column {
  a: number | null;
  b: number | null;
  /** Whether both have the same token. */
  same: boolean;
  /** Whether what stands here is compared: with `same`, only the same tokens are. */
  compared: boolean;
}

type Pair = [number | null, number | null];

/** The places of two prompts in order. Tokens are the same when their bytes are, whatever their ids. */
export function alignTokens(a: readonly Token[], b: readonly Token[], how: Align): Column[] {
  const pairs = how === "same" ? byText(a, b) : byPlace(a.length, b.length, how === "last" ? a.length - b.length : 0);
  return pairs.map(([i, j]) => {
    const both = i !== null && j !== null;
    const same = both && identity(a[i]) === identity(b[j]);
    return { a: i, b: j, same, compared: how === "same" ? same : both };
  });
}

/** For each position of A the position of B it is compared with, or null. */
export function partners(columns: readonly Column[], length: number): (number | null)[] {
  const found = new Array<number | null>(length).fill(null);
  for (const { a, b, compared } of columns) if (a !== null && compared) found[a] = b;
  return found;
}

/** Position i of A stands beside position i − shift of B. */
function byPlace(lengthA: number, lengthB: number, shift: number): Pair[] {
  const first = Math.min(0, shift);
  const last = Math.max(lengthA, lengthB + shift);
  const inside = (index: number, length: number) => (index >= 0 && index < length ? index : null);
  return Array.from({ length: last - first }, (_, k) => [
    inside(first + k, lengthA),
    inside(first + k - shift, lengthB),
  ]);
}

/** Equal tokens side by side; what lies between two of them stands side by side as far as it reaches. */
function byText(a: readonly Token[], b: readonly Token[]): Pair[] {
  const matches: [number, number][] = [...bySame(a.map(identity), b.map(identity))].flatMap((j, i) =>
    j < 0 ? [] : [[i, j] as [number, number]],
  );
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  for (const [nextA, nextB] of [...matches, [a.length, b.length] as [number, number]]) {
    for (; i < nextA || j < nextB; i += 1, j += 1) {
      pairs.push([i < nextA ? i : null, j < nextB ? j : null]);
    }
    if (nextA < a.length && nextB < b.length) pairs.push([nextA, nextB]);
    [i, j] = [nextA + 1, nextB + 1];
  }
  return pairs;
}
