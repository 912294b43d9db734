/** Numbers of heads, ready to be drawn, sorted and counted. */
import { isDiverging, stepCount, stepOf } from "../../charts/colour";
import { array, at, find, indices, limitsIn, texts } from "../result";
import type { FirstToken, KindProps, NdArray, Quantity, ResultDocument } from "../types";
import { controlBand } from "./control";

export interface RankedHead {
  layer: number;
  head: number;
  value: number;
  role: string;
  /** What the random control reaches, where there is one. */
  band: [number, number] | null;
}

export interface Heads {
  quantity: Quantity;
  values: NdArray;
  limits: [number, number];
  layers: number[];
  heads: number[];
  /** All that are defined, layer by layer. */
  list: RankedHead[];
  /** Share of all effects that the first token's part holds, where a result splits them by token and it is left out. */
  heldByFirst: number | null;
}

/** The role of a head: an array of words, or `facts.roles` by name ("5.2"). */
function rolesOf(document: ResultDocument, values: NdArray): (layer: number, head: number, flat: number) => string {
  const words = texts(document, "role");
  const named = document.result.facts?.roles;
  const byName = typeof named === "object" && named !== null ? (named as Record<string, unknown>) : {};
  return (layer, head, flat) =>
    (words?.data.length === values.data.length ? words.data[flat] : "") || String(byName[`${layer}.${head}`] ?? "");
}

/** Sums without what each head writes from the first token, where the result holds its parts by position. */
function withoutFirst(document: ResultDocument, quantity: Quantity, whole: NdArray): [NdArray, number] | null {
  const parts = find(document, `${quantity.name}_by_token`);
  if (parts?.dims.join() !== "layer,head,position" || indices(document, "position", parts.shape[2])[0] !== 0)
    return null;
  const [layers, heads, positions] = parts.shape;
  let [first, all] = [0, 0];
  const data = Float64Array.from(whole.data);
  for (let flat = 0; flat < layers * heads; flat++) {
    const [layer, head] = [Math.floor(flat / heads), flat % heads];
    for (let position = 0; position < positions; position++) {
      const size = Math.abs(at(parts, layer, head, position)) || 0;
      all += size;
      if (position === 0) first += size;
    }
    data[flat] -= at(parts, layer, head, 0);
  }
  return [{ ...whole, data }, all > 0 ? first / all : 0];
}

export function headsOf(
  document: ResultDocument,
  quantity: Quantity,
  firstToken: FirstToken = "shown",
  shared?: KindProps["limits"],
): Heads {
  const whole = array(document, quantity.name);
  // Parts of a sum have no rest to be divided by: both ways of leaving the first token out take its part away.
  const rest = firstToken === "shown" ? null : withoutFirst(document, quantity, whole);
  const values = rest?.[0] ?? whole;
  const [layerCount, headCount] = values.shape;
  const layers = indices(document, "layer", layerCount);
  const heads = indices(document, "head", headCount);
  const role = rolesOf(document, values);
  const control = controlBand(document, values);
  const list = Array.from(values.data, (value, flat): RankedHead => {
    const [layer, head] = [layers[Math.floor(flat / headCount)], heads[flat % headCount]];
    const band: RankedHead["band"] = control && [control.low[flat], control.high[flat]];
    return { layer, head, value, role: role(layer, head, flat), band };
  }).filter(({ value }) => !Number.isNaN(value));
  return {
    quantity,
    values,
    limits: limitsIn(shared, quantity, values.data),
    layers,
    heads,
    list,
    heldByFirst: rest?.[1] ?? null,
  };
}

export const inBand = ({ value, band }: Pick<RankedHead, "value" | "band">): boolean =>
  band !== null && value >= band[0] && value <= band[1];

/** How large a value is: signed ones by their size. */
export const sizeIn = ({ scale }: Quantity, value: number): number => (isDiverging(scale) ? Math.abs(value) : value);

export type HeadSort = "size" | "highest" | "lowest" | "layer";

/** The sorts that differ for a quantity. */
export const sortsOf = ({ scale }: Quantity): HeadSort[] =>
  isDiverging(scale) ? ["size", "highest", "lowest", "layer"] : ["highest", "lowest", "layer"];

export function sortHeads(list: readonly RankedHead[], quantity: Quantity, sort: HeadSort): RankedHead[] {
  const by = {
    size: (one: RankedHead, two: RankedHead) => sizeIn(quantity, two.value) - sizeIn(quantity, one.value),
    highest: (one: RankedHead, two: RankedHead) => two.value - one.value,
    lowest: (one: RankedHead, two: RankedHead) => one.value - two.value,
    layer: (one: RankedHead, two: RankedHead) => two.layer - one.layer || one.head - two.head,
  }[sort];
  return [...list].sort(by);
}

export interface HeadSteps {
  steps: Int8Array;
  /** How many are drawn neutral: inside the control's band, and below the threshold of those outside it. */
  neutral: number;
  small: number;
}

/** Steps of all heads; what the control reaches, and what is below the threshold, is neutral. */
export function headSteps({ quantity, values, limits, layers, heads, list }: Heads, least: number): HeadSteps {
  const { scale } = quantity;
  const middle = isDiverging(scale) ? (stepCount(scale) - 1) / 2 : 0;
  const steps = Int8Array.from(values.data, (value) => stepOf(scale, value, ...limits));
  let [neutral, small] = [0, 0];
  for (const head of list) {
    const banded = inBand(head);
    if (!banded && sizeIn(quantity, head.value) >= least) continue;
    steps[layers.indexOf(head.layer) * heads.length + heads.indexOf(head.head)] = middle;
    if (banded) neutral += 1;
    else small += 1;
  }
  return { steps, neutral, small };
}
