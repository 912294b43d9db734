import { find, limitsOf } from "../kinds/result";
import type { Quantity, ResultDocument } from "../kinds/types";

/** Limits of colour scales, by the name of the quantity. */
export type Limits = Record<string, [number, number]>;

/** The limits of one quantity in one document, as its figure would choose them; null where it has no such quantity. */
function ownLimits(document: ResultDocument, { name, scale }: Quantity): [number, number] | null {
  const quantity = document.result.quantities.find((one) => one.name === name && one.scale === scale);
  const values = quantity && find(document, name);
  return values ? limitsOf(quantity, values.data) : null;
}

/** One scale for all: for every quantity that the documents share the widest of their limits. None for a single one. */
export function sharedLimits(documents: readonly ResultDocument[]): Limits | undefined {
  if (documents.length < 2) return undefined;
  const shared: Limits = {};
  for (const quantity of documents[0].result.quantities) {
    const each = documents.map((document) => ownLimits(document, quantity)).filter((limits) => limits !== null);
    if (each.length < 2) continue;
    shared[quantity.name] = [Math.min(...each.map(([low]) => low)), Math.max(...each.map(([, high]) => high))];
  }
  return shared;
}
