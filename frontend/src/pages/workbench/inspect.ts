/** What documents say about a selected cell, head or position. Reads arrays by their dimensions, never by their method. */
import type { Cell, Quantity, ResultDocument, Token } from "../../kinds/types";
import { hasDims, number, outputRowOf, predictions, size, type Prediction } from "../../state/reading";
import { t } from "../../ui/i18n";
import { probability } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";

/** The first document that predicts tokens by row and position. */
export const lensOf = (documents: ResultDocument[]): ResultDocument | undefined =>
  documents.find((document) => hasDims(document, "topk_prob", "row", "position", "rank"));

/** "5", "emb", "out": what a row is called. */
const rowName = (documents: ResultDocument[], row: number): string =>
  rowsWithOutput(documents)?.[row] ?? lensOf(documents)?.result.coords.row?.[row] ?? String(row);

/** The rows of a document that goes from the embedding to the output. */
const rowsWithOutput = (documents: ResultDocument[]): string[] | undefined =>
  documents.find((document) => document.result.coords.row?.at(-1) === "out")?.result.coords.row;

/** Whether a pinned feature is a neuron of a layer, which a list among the documents says. */
export const isNeuron = (documents: ResultDocument[], { layer, feature }: Cell): boolean =>
  documents.some((document) => {
    if (!hasDims(document, "neuron", "feature")) return false;
    const entries = [...Array(size(document, "neuron", "feature")).keys()];
    return entries.some((i) => number(document, "neuron", [i]) === feature && number(document, "layer", [i]) === layer);
  });

/** "Head 5.2", "Neuron 3.17", "Layer 5 · position 14", "Position 3". */
export function identity(documents: ResultDocument[], pin: Cell | null, range: [number, number] | null): string {
  const parts: string[] = [];
  if (pin?.head != null && pin.layer != null) parts.push(t("app.inspector.head", { head: `${pin.layer}.${pin.head}` }));
  else if (pin?.row != null) {
    const name = rowName(documents, pin.row);
    const special = name === "emb" || name === "out";
    parts.push(special ? t(`app.inspector.row.${name}`) : t("app.inspector.layer", { layer: name }));
  }
  if (pin?.feature != null && isNeuron(documents, pin))
    parts.push(t("app.inspector.neuron", { neuron: `${pin.layer}.${pin.feature}` }));
  if (pin?.position != null)
    parts.push(t("app.inspector.position", { position: pin.position, alone: parts.length === 0 ? "yes" : "no" }));
  if (parts.length === 0 && range) return t("app.inspector.positions", { first: range[0], last: range[1] });
  return parts.join(" · ");
}

/** What a row is: the stream on its way into a layer, or one of its ends. Empty where the open results read something else. */
export function entering(documents: ResultDocument[], row: number): string {
  const name = rowsWithOutput(documents)?.[row];
  if (name === undefined) return "";
  return name === "emb" || name === "out"
    ? t(`app.inspector.entering.${name}`)
    : t("app.inspector.entering.layer", { row: name });
}

/** The pinned cell as one sentence: "Layer 5, position 14, ·to. Predicts ·Mary, probability 0.486." */
export function describe(documents: ResultDocument[], pin: Cell | null, tokens: Token[]): string {
  if (!pin) return "";
  const token = pin.position == null ? undefined : tokens[pin.position];
  const place = [identity(documents, pin, null), token ? tokenText(token) : ""].filter(Boolean).join(", ");
  const lens = lensOf(documents);
  const [best] = (lens && pin.row != null && pin.position != null && predictions(lens, pin.row, pin.position)) || [];
  if (!best) return place;
  return t("app.inspector.spoken", {
    place,
    token: tokenText({ text: best.text }),
    probability: probability(best.probability),
  });
}

export interface StreamNumber {
  /** The method whose result says so. */
  method: string;
  label: string;
  unit: string;
  scale: string;
  value: number;
}

/** The numbers that any open result has for a row and position. */
export function streamNumbers(documents: ResultDocument[], row: number, position: number): StreamNumber[] {
  const found = new Map<string, StreamNumber>();
  for (const document of documents) {
    const { method } = document;
    const add = (label: string, unit: string, scale: string, value: number | null) => {
      if (value !== null && !found.has(label)) found.set(label, { method, label, unit, scale, value });
    };
    for (const { name, label, unit = "", scale } of document.result.quantities) {
      if (hasDims(document, name, "row", "position")) add(label, unit, scale, number(document, name, [row, position]));
    }
    for (const [name, dims] of Object.entries(document.result.dims)) {
      if (String(dims) !== "series,layer,position") continue;
      (document.result.coords.series ?? []).forEach((series, index) => {
        add(
          t("app.inspector.seriesNorm", { series: series.replaceAll("_", " ") }),
          "",
          "mag",
          number(document, name, [index, row, position]),
        );
      });
    }
  }
  return [...found.values()];
}

export interface StrongHead {
  layer: number;
  head: number;
  value: number;
}

const layersOf = ({ result }: ResultDocument, count: number): number[] =>
  Array.from({ length: count }, (_, index) => {
    const label = Number(result.coords.layer?.[index] ?? index);
    return Number.isInteger(label) ? label : index;
  });

/** The heads with the largest values of a document's first quantity over heads. */
export function strongestHeads(
  document: ResultDocument,
  most: number,
): { quantity: Quantity; heads: StrongHead[] } | null {
  const quantity = document.result.quantities.find(({ name }) => hasDims(document, name, "layer", "head"));
  if (!quantity) return null;
  const [layers, heads] = [size(document, quantity.name, "layer"), size(document, quantity.name, "head")];
  const names = layersOf(document, layers);
  const all: StrongHead[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    for (let head = 0; head < heads; head += 1) {
      const value = number(document, quantity.name, [layer, head]);
      if (value !== null) all.push({ layer: names[layer], head, value });
    }
  }
  return { quantity, heads: all.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, most) };
}

export interface Look {
  layer: number;
  head: number;
  key: number;
  weight: number;
}

/** Where heads of a layer look from a position: for each its strongest key, strongest head first. */
export function strongestLooks(document: ResultDocument, layer: number, position: number, most: number): Look[] {
  const quantity = document.result.quantities.find(({ name }) =>
    hasDims(document, name, "layer", "head", "query", "key"),
  );
  if (!quantity) return [];
  const at = layersOf(document, size(document, quantity.name, "layer")).indexOf(layer);
  if (at < 0) return [];
  const looks: Look[] = [];
  for (let head = 0; head < size(document, quantity.name, "head"); head += 1) {
    const weights = Array.from({ length: size(document, quantity.name, "key") }, (_, key) => ({
      key,
      weight: number(document, quantity.name, [at, head, position, key]) ?? -Infinity,
    }));
    // The first token collects what a head has no use for: it is not what the head looks at.
    const [best] = weights.slice(1).sort((a, b) => b.weight - a.weight);
    if (best && Number.isFinite(best.weight)) looks.push({ layer, head, ...best });
  }
  return looks.sort((a, b) => b.weight - a.weight).slice(0, most);
}

export interface ComparedPrediction {
  text: string;
  /** Probabilities in A and in B; null where a side does not list the token. */
  a: number | null;
  b: number | null;
}

/** What two runs would predict at a place: the tokens that either lists, likeliest in either first. */
export function comparePredictions(a: Prediction[], b: Prediction[]): ComparedPrediction[] {
  const of = (list: Prediction[], text: string) => list.find((one) => one.text === text)?.probability ?? null;
  const texts = [...new Set([...a, ...b].map(({ text }) => text))];
  const larger = ({ a: one, b: other }: ComparedPrediction) => Math.max(one ?? 0, other ?? 0);
  return texts.map((text) => ({ text, a: of(a, text), b: of(b, text) })).sort((x, y) => larger(y) - larger(x));
}

/** The last row of the document that predicts: the model's own output. */
export const outputRow = (documents: ResultDocument[]): number | null => {
  const lens = lensOf(documents);
  return lens ? outputRowOf(lens) : null;
};
