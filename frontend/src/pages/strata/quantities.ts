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

export function choicesOf(document: ResultDocument): Choice[] {
  return (patchedOf(document) ? OF_PATCHED : QUANTITIES).map((name) => {
    const reason = document.result.quantities.some((one) => one.name === name) ? null : reasonOf(name);
    const offered = reason !== null && name === "patch_effect";
    return { name, label: t(`strata.quantity.${name}`), reason, offered };
  });
}

const reasonOf = (name: QuantityName) =>
  t(name === "patch_effect" || name === "features" ? `strata.missing.${name}` : "strata.missing.measure");

/** The newest result of patching single cells of this many tokens; null where there is none. */
export const patchingOf = (documents: readonly ResultDocument[], positions: number): ResultDocument | null =>
  documents.findLast((document) => {
    const score = document.result.kind === "patch_grid" ? find(document, firstName(document)) : null;
    return score?.dims.join() === "layer,position" && score.shape[1] === positions;
  }) ?? null;

const firstName = ({ result }: ResultDocument) => result.quantities[0]?.name ?? "";

/** A lens with the effect of patching each of its cells as one more quantity. The output row cannot be patched. */
export function withPatching(document: ResultDocument, patching: ResultDocument | null): ResultDocument {
  const own = document.result.quantities[0];
  const cells = own && find(document, own.name);
  const score = patching && find(patching, firstName(patching));
  if (!cells || !score || !patching || cells.shape[1] !== score.shape[1] || patchedOf(document)) return document;
  const [rows, columns] = cells.shape;
  const data = new Float64Array(rows * columns).fill(Number.NaN);
  const named = (document.result.coords.row ?? []).map((label) => (label === "emb" ? "0" : label));
  const layers = patching.result.coords.layer ?? Array.from({ length: score.shape[0] }, (_, i) => String(i));
  for (let row = 0; row < rows; row++) {
    const layer = layers.indexOf(named[row] ?? String(row));
    for (let column = 0; layer >= 0 && column < columns; column++)
      data[row * columns + column] = score.data[layer * columns + column];
  }
  const [given] = patching.result.quantities;
  const limit = roundUp(data.reduce((most, x) => (Math.abs(x) > most ? Math.abs(x) : most), 0));
  const quantity: Quantity = {
    name: "patch_effect",
    label: t("strata.patch_effect", { metric: given.label }),
    scale: "eff",
    unit: given.unit,
    limits: given.limits ?? [-limit, limit],
  };
  const array: FlatArray = { data, shape: [rows, columns] };
  return {
    ...document,
    key: `${document.key}+${patching.key}`,
    result: {
      ...document.result,
      quantities: [...document.result.quantities, quantity],
      dims: { ...document.result.dims, patch_effect: ["row", "position"] },
      patch_effect: array,
    },
  };
}
