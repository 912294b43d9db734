/** What the colours can mean: six quantities, those without data with the reason. */
import { find, roundUp } from "../../kinds/result";
import type { FlatArray, Quantity, ResultDocument } from "../../kinds/types";
import { t } from "../../ui/i18n";
import { patchedOf } from "./patch";

/** In the order of their keys, 1 to 6. */
export const QUANTITIES = ["probability", "entropy", "kl", "norm", "patch_effect", "features"] as const;
/** The same of a patched run, which is about what the patch changes. */
export const OF_PATCHED = ["change", "probability", "entropy", "kl", "norm"] as const;
export type QuantityName = (typeof QUANTITIES)[number] | (typeof OF_PATCHED)[number];

export interface Choice {
  name: QuantityName;
  label: string;
  /** Why it cannot be drawn. */
  reason: string | null;
  /** Whether it is measured on request. */
  offered: boolean;
}

/** Quantities that a panel of another method measures on request. */
export type Measured = "patch_effect" | "features";
export const isMeasured = (name: QuantityName): name is Measured => name === "patch_effect" || name === "features";

/** `counts` says whether the model has features that could be counted. */
export function choicesOf(document: ResultDocument, counts = true): Choice[] {
  return (patchedOf(document) ? OF_PATCHED : QUANTITIES).map((name) => {
    const reason = document.result.quantities.some((one) => one.name === name) ? null : reasonOf(name);
    const offered = reason !== null && isMeasured(name) && (name !== "features" || counts);
    return { name, label: t(`strata.quantity.${name}`), reason, offered };
  });
}

const reasonOf = (name: QuantityName) => t(isMeasured(name) ? `strata.missing.${name}` : "strata.missing.measure");

/** The newest result of patching single cells of this many tokens; null where there is none. */
export const patchingOf = (documents: readonly ResultDocument[], positions: number): ResultDocument | null =>
  documents.findLast((document) => {
    const score = document.result.kind === "patch_grid" ? find(document, firstName(document)) : null;
    return score?.dims.join() === "layer,position" && score.shape[1] === positions;
  }) ?? null;

const firstName = ({ result }: ResultDocument) => result.quantities[0]?.name ?? "";

/** The newest count of features over this many tokens; null where there is none. */
export const countingOf = (documents: readonly ResultDocument[], positions: number): ResultDocument | null =>
  documents.findLast((document) => {
    const count = document.result.kind === "token_grid" ? find(document, "features") : null;
    return count?.shape[1] === positions && firstName(document) === "features";
  }) ?? null;

/** A lens with the effect of patching each of its cells as one more quantity. The output row cannot be patched. */
export function withPatching(document: ResultDocument, patching: ResultDocument | null): ResultDocument {
  const score = patching && find(patching, firstName(patching));
  if (!patching || !score) return document;
  const layers = patching.result.coords.layer ?? Array.from({ length: score.shape[0] }, (_, i) => String(i));
  const [given] = patching.result.quantities;
  const named = { name: "patch_effect", label: t("strata.patch_effect", { metric: given.label }) } as const;
  return withCells(document, patching, layers, (label) => (label === "emb" ? "0" : label), {
    ...given,
    ...named,
    scale: "eff",
  });
}

/** A lens with how many features fire in each of its cells, in the rows that have a dictionary. */
export function withCounting(document: ResultDocument, counting: ResultDocument | null): ResultDocument {
  if (!counting) return document;
  return withCells(document, counting, counting.result.coords.row ?? [], (label) => label, {
    ...counting.result.quantities[0],
    name: "features",
  });
}

/** A lens with the first quantity of another grid over the same tokens; `names` are its rows, `nameOf` those of a lens's. */
function withCells(
  document: ResultDocument,
  measured: ResultDocument,
  names: readonly string[],
  nameOf: (label: string) => string,
  quantity: Quantity,
): ResultDocument {
  const own = document.result.quantities[0];
  const cells = own && find(document, own.name);
  const given = find(measured, firstName(measured));
  if (!cells || !given || cells.shape[1] !== given.shape[1] || patchedOf(document)) return document;
  const [rows, columns] = cells.shape;
  const data = new Float64Array(rows * columns).fill(Number.NaN);
  const labels = document.result.coords.row ?? [];
  for (let row = 0; row < rows; row++) {
    const from = names.indexOf(nameOf(labels[row] ?? String(row)));
    for (let column = 0; from >= 0 && column < columns; column++)
      data[row * columns + column] = given.data[from * columns + column];
  }
  const most = roundUp(data.reduce((largest, x) => (Math.abs(x) > largest ? Math.abs(x) : largest), 0));
  const limits = quantity.limits ?? [quantity.scale === "eff" ? -most : 0, most];
  const array: FlatArray = { data, shape: [rows, columns] };
  return {
    ...document,
    key: `${document.key}+${measured.key}`,
    result: {
      ...document.result,
      quantities: [...document.result.quantities, { ...quantity, limits }],
      dims: { ...document.result.dims, [quantity.name]: ["row", "position"] },
      [quantity.name]: array,
    },
  };
}
