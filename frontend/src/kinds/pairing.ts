/** Which entry of one sequence belongs to which of another: by place, from the end, or by equal content. */
import type { Token } from "./types";

/** For each entry of the first sequence its partner in the second, or −1. */
export type Pairing = Int32Array;

const NONE = -1;
/** Entries of the table that `bySame` fills; beyond it only a common beginning and end are paired. */
const LARGEST_TABLE = 1 << 24;

/** Pairs entry i with entry i + `shift`. */
function shifted(a: number, b: number, shift: number): Pairing {
  return Int32Array.from({ length: a }, (_, i) => (i + shift >= 0 && i + shift < b ? i + shift : NONE));
}

export const byPosition = (a: number, b: number): Pairing => shifted(a, b, 0);

export const fromLast = (a: number, b: number): Pairing => shifted(a, b, b - a);

/**
 * Pairs equal entries so that as many as possible are paired and pairs never cross (longest common subsequence). Of
 * several such pairings always the same one is taken, whichever sequence comes first.
 */
export function bySame(a: readonly string[], b: readonly string[]): Pairing {
  return a.join("\0") <= b.join("\0") ? paired(a, b) : inverse(paired(b, a), a.length);
}

/** The pairing seen from the other side. */
export function inverse(pairing: Pairing, length: number): Pairing {
  const out = new Int32Array(length).fill(NONE);
  pairing.forEach((partner, i) => {
    if (partner !== NONE) out[partner] = i;
  });
  return out;
}

function paired(a: readonly string[], b: readonly string[]): Pairing {
  const out = new Int32Array(a.length).fill(NONE);
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) {
    out[head] = head;
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail += 1;
    out[a.length - tail] = b.length - tail;
  }
  const [rows, columns] = [a.length - head - tail, b.length - head - tail];
  if (rows === 0 || columns === 0 || (rows + 1) * (columns + 1) > LARGEST_TABLE) return out;
  const longest = lengths(a, b, head, rows, columns);
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (a[head + i] === b[head + j]) {
      out[head + i] = head + j;
      i += 1;
      j += 1;
    } else if (longest[(i + 1) * (columns + 1) + j] >= longest[i * (columns + 1) + j + 1]) i += 1;
    else j += 1;
  }
  return out;
}

/** How long the common subsequence of what follows entry i and entry j is, for every i and j. */
function lengths(a: readonly string[], b: readonly string[], head: number, rows: number, columns: number) {
  const width = columns + 1;
  const table = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const same = a[head + i] === b[head + j];
      table[i * width + j] = same
        ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  return table;
}

/** What two tokens share that are the same: their bytes, which hold for tokenizers that number them differently. */
export const identity = ({ bytes, text }: Pick<Token, "bytes" | "text">): string => bytes || text;

/** How many entries have a partner. */
export const countPairs = (pairing: Pairing): number => pairing.reduce((sum, partner) => sum + Number(partner >= 0), 0);
