/** The bins of a histogram, and where a value stands among them. */
import { entryOf, find, indices } from "../result";
import type { Cell, ResultDocument } from "../types";

export interface Bins {
  /** One more than there are counts, ascending. */
  edges: ArrayLike<number>;
  counts: ArrayLike<number>;
  control: ArrayLike<number> | null;
  total: number;
  /** The largest count, control included. */
  largest: number;
}

function along(document: ResultDocument, name: string, dim: string): ArrayLike<number> | null {
  const found = find(document, name);
  return found?.dims.join() === dim ? found.data : null;
}

export function binsOf(document: ResultDocument): Bins | null {
  const [counts, edges] = [along(document, "count", "bin"), along(document, "edges", "edge")];
  if (!counts || !edges || counts.length === 0 || edges.length !== counts.length + 1) return null;
  const control = along(document, "control", "bin");
  const most = (values: ArrayLike<number>) => Array.from(values).reduce((top, x) => (x > top ? x : top), 0);
  return {
    edges,
    counts,
    control: control?.length === counts.length ? control : null,
    total: sum(counts),
    largest: Math.max(most(counts), control ? most(control) : 0),
  };
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((all, x) => all + (x > 0 ? x : 0), 0);

/** The value of the selected cell: at the pinned position, else the one that the result itself is about. */
export function valueOf(document: ResultDocument, pin: Cell | null): number | null {
  const values = along(document, "value", "position");
  const entry = values && entryOf(indices(document, "position", values.length), pin?.position);
  const found = values && entry != null ? values[entry] : document.result.facts?.value;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** The share of what is counted that lies below a value, bins taken as even inside. */
export function shareBelow({ edges, counts, total }: Bins, value: number): number {
  let below = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const [low, high] = [edges[bin], edges[bin + 1]];
    const part = high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : Number(value >= high);
    below += (counts[bin] > 0 ? counts[bin] : 0) * part;
  }
  return total > 0 ? below / total : Number.NaN;
}

/** The height of a count between 0 and 1. On a log axis 1 stands above 0, and an empty bin on the ground. */
export function heightOf(count: number, largest: number, log: boolean): number {
  if (!(count > 0) || !(largest > 0)) return 0;
  return log ? Math.log10(1 + count) / Math.log10(1 + largest) : count / largest;
}

/** Powers of ten up to a count. */
export function powers(largest: number): number[] {
  const out: number[] = [];
  for (let power = 1; power <= largest; power *= 10) out.push(power);
  return out;
}
