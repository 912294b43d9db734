/** The addresses of pages about one part of a model: `/heads/<model>/<layer>.<head>`, `/neurons/<model>/<layer>.<neuron>`. */

export interface Place {
  model: string;
  layer: number;
  /** The head or the neuron of the layer. */
  index: number;
}

export type Part = "heads" | "neurons";

function decoded(spelled: string): string {
  try {
    return decodeURIComponent(spelled);
  } catch {
    return spelled;
  }
}

/** What the parts of an address name; null when they name nothing. A model's id may hold slashes. */
export function placeOf(parts: readonly string[]): Place | null {
  const model = decoded(parts.slice(0, -1).join("/"));
  const found = /^(\d{1,6})\.(\d{1,6})$/.exec(parts.at(-1) ?? "");
  return found && model ? { model, layer: Number(found[1]), index: Number(found[2]) } : null;
}

/** The page of a part; `fragment` is the workbench's own, with its mark, so that the page knows the prompt and the way back. */
export const hrefOf = (part: Part, { model, layer, index }: Place, fragment = ""): string =>
  `/${part}/${encodeURIComponent(model)}/${layer}.${index}${fragment}`;

/** The part before or after: the last of a layer is followed by the first of the next. Null beyond the ends. */
export function neighbour(place: Place, by: 1 | -1, layers: number, perLayer: number): Place | null {
  const at = place.layer * perLayer + place.index + by;
  if (place.index >= perLayer || at < 0 || at >= layers * perLayer) return null;
  return { ...place, layer: Math.floor(at / perLayer), index: at % perLayer };
}
