/** Attention of every head of a document, ready to be drawn. */
import type { HeadPatterns } from "../../charts/matrix";
import { array, at, indices, limitsOf } from "../result";
import type { NdArray, Quantity, ResultDocument, Token } from "../types";

/** Whether no query looks at a later key, in the first head. */
function isCausal(values: NdArray): boolean {
  const [, , queries, keys] = values.shape;
  for (let query = 0; query < queries; query++) {
    for (let key = query + 1; key < keys; key++) if (Math.abs(at(values, 0, 0, query, key)) > 0) return false;
  }
  return queries > 1;
}

export interface Attention {
  values: NdArray;
  patterns: HeadPatterns;
  limits: [number, number];
  layers: number[];
  heads: number[];
  tokens: Token[];
  /** The head shown while none is pinned: the one with the strongest link away from the diagonal and the first token. */
  first: [number, number];
}

export function attentionOf(document: ResultDocument, quantity: Quantity): Attention {
  const values = array(document, quantity.name);
  const [layerCount, headCount, queries, keys] = values.shape;
  const limits = limitsOf(quantity, values.data);
  const weight = (layer: number, head: number, query: number, key: number) =>
    values.data[((layer * headCount + head) * queries + query) * keys + key];
  const patterns: HeadPatterns = {
    layers: layerCount,
    heads: headCount,
    size: [queries, keys],
    scale: quantity.scale,
    low: limits[0],
    high: limits[1],
    weight,
    causal: isCausal(values),
    root: quantity.scale !== "eff" && quantity.scale !== "dif",
  };
  let first: [number, number] = [layerCount - 1, 0];
  let best = -Infinity;
  for (let layer = 0; layer < layerCount; layer++) {
    for (let head = 0; head < headCount; head++) {
      for (let query = 2; query < queries; query++) {
        for (let key = 1; key < Math.min(query, keys); key++) {
          if (weight(layer, head, query, key) > best) {
            best = weight(layer, head, query, key);
            first = [layer, head];
          }
        }
      }
    }
  }
  const tokens = Array.from(
    { length: Math.max(queries, keys) },
    (_, i) => document.result.tokens[i] ?? { id: -1, text: "", bytes: "" },
  );
  return {
    values,
    patterns,
    limits,
    layers: indices(document, "layer", layerCount),
    heads: indices(document, "head", headCount),
    tokens,
    first,
  };
}
