/** The rows of a feature list: read from the document once, then filtered and sorted. */
import { isDiverging } from "../../charts/colour";
import { find, indices, labels, texts, vocabularyToken } from "../result";
import type { Cell, NdArray, Quantity, ResultDocument, Token } from "../types";
import { placesOf } from "./places";

export interface Feature {
  /** Its entry in the arrays. */
  entry: number;
  id: string;
  place: Cell;
  /** Empty where nobody has named it. */
  label: string;
  topToken: Token | { text: string } | null;
  value: number;
  /** Share of tokens on which it fires, NaN when not told. */
  density: number;
  /** Its values over the tokens of the prompt. */
  trace: Float64Array | null;
}

/** The array [feature, position] that is drawn as small curves, when there is one. */
function traces(document: ResultDocument): NdArray | null {
  const name = Object.keys(document.result.dims).find(
    (each) => document.result.dims[each].join() === "feature,position",
  );
  return name === undefined ? null : find(document, name);
}

function perFeature(document: ResultDocument, name: string): ArrayLike<number> | null {
  const found = find(document, name);
  return found?.dims.join() === "feature" ? found.data : null;
}

export function featuresOf(document: ResultDocument, quantity: Quantity): Feature[] {
  const values = find(document, quantity.name)?.data ?? new Float64Array(0);
  const ids = labels(document, "feature", values.length);
  // A neuron is known by its number everywhere, not by its rank in this list.
  const numbers = perFeature(document, "neuron") ?? indices(document, "feature", values.length);
  const places = placesOf(document, "feature", values.length, ["layer"]);
  const [names, top] = [texts(document, "label")?.data, texts(document, "top_token")?.data];
  const topIds = perFeature(document, "top_token_id");
  const density = perFeature(document, "density");
  const curves = traces(document);
  const length = curves?.shape[1] ?? 0;
  return Array.from(values, (value, entry) => ({
    entry,
    id: ids[entry],
    place: { ...places[entry], feature: numbers[entry] },
    label: names?.[entry] ?? "",
    topToken: (topIds && vocabularyToken(document, topIds[entry])) ?? (top?.[entry] ? { text: top[entry] } : null),
    value,
    density: density?.[entry] ?? Number.NaN,
    trace: curves && Float64Array.from(curves.data.slice(entry * length, (entry + 1) * length)),
  }));
}

export interface Filters {
  /** In the label, the top token or the id, whatever the case. */
  text: string;
  /** At least this share of the largest value. */
  least: number;
  /** Fires on at most this share of tokens. */
  density: number;
  /** Fires at this entry of `position`. */
  token: number | null;
}

export const NO_FILTERS: Filters = { text: "", least: 0, density: 1, token: null };

export function passes(feature: Feature, filters: Filters, largest: number): boolean {
  const { id, label, topToken, value, density, trace } = feature;
  const wanted = filters.text.trim().toLowerCase();
  const words = [id, label, topToken?.text ?? ""].join("\n").toLowerCase();
  return (
    words.includes(wanted) &&
    (filters.least <= 0 || Math.abs(value) >= filters.least * largest) &&
    (filters.density >= 1 || density <= filters.density) &&
    (filters.token == null || Math.abs(trace?.[filters.token] ?? 0) > 0)
  );
}

export type Order = "value" | "density" | "label" | "id";

/** Largest values first, rarest first, or by name; what is undefined or unnamed comes last. */
export function sorted(features: readonly Feature[], order: Order, scale: Quantity["scale"]): Feature[] {
  const size = isDiverging(scale) ? Math.abs : (x: number) => x;
  const last = (x: number) => (Number.isNaN(x) ? Infinity : x);
  const compare: Record<Order, (one: Feature, two: Feature) => number> = {
    value: (one, two) => last(-size(one.value)) - last(-size(two.value)),
    density: (one, two) => last(one.density) - last(two.density),
    label: (one, two) => Number(!one.label) - Number(!two.label) || one.label.localeCompare(two.label, "en"),
    id: (one, two) => one.id.localeCompare(two.id, "en", { numeric: true }),
  };
  return [...features].sort((one, two) => compare[order](one, two) || one.entry - two.entry);
}

/** A trace as heights between 0 and 1, no more of them than asked; the largest of what one stands for. */
export function heights(trace: ArrayLike<number>, most: number): number[] {
  const count = Math.min(most, trace.length);
  const pooled = new Array<number>(count).fill(0);
  for (let i = 0; i < trace.length; i++) {
    const at = Math.floor((i * count) / trace.length);
    pooled[at] = Math.max(pooled[at], Math.abs(trace[i]) || 0);
  }
  const largest = Math.max(...pooled, 1e-12);
  return pooled.map((height) => height / largest);
}
