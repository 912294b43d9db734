/** Equal tokens in a row, drawn as one chip: "×212". */
import type { Token } from "../../kinds/types";

/** Fewer than this are drawn one by one. */
const LEAST = 4;

/** Positions from `start` to `end`, both inside, that one chip stands for. */
export interface Fold {
  start: number;
  end: number;
}

/** The chips of a strip. `open` are starts of runs that a person unfolded. */
export function foldTokens(tokens: readonly Token[], open: ReadonlySet<number>): Fold[] {
  const folds: Fold[] = [];
  for (let start = 0; start < tokens.length;) {
    let end = start;
    while (end + 1 < tokens.length && tokens[end + 1].id === tokens[start].id) end += 1;
    if (end - start + 1 < LEAST || open.has(start)) {
      for (let at = start; at <= end; at += 1) folds.push({ start: at, end: at });
    } else folds.push({ start, end });
    start = end + 1;
  }
  return folds;
}
