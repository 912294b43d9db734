/** Arrays that a result speaks of and was stored without. */
import { find, texts } from "../../kinds/result";
import type { ResultDocument } from "../../kinds/types";

export interface MissingArray {
  /** As the quantity is called, or as the array is. */
  label: string;
  /** What it would take in single precision; null where its size is not known. */
  bytes: number | null;
}

const BYTES_A_NUMBER = 4;

export function missingArrays(document: ResultDocument): MissingArray[] {
  const { dims, quantities } = document.result;
  return Object.keys(dims)
    .filter((name) => !find(document, name) && !texts(document, name))
    .map((name) => ({
      label: quantities.find((quantity) => quantity.name === name)?.label ?? name.replaceAll("_", " "),
      bytes: sizeOf(document, dims[name]),
    }));
}

function sizeOf({ result }: ResultDocument, dims: readonly string[]): number | null {
  const lengths = dims.map((dim) => result.shown[dim] ?? result.coords[dim]?.length ?? result.total[dim]);
  return lengths.some((length) => length === undefined)
    ? null
    : lengths.reduce((product, length) => product * length, BYTES_A_NUMBER);
}
