/** Quantities that ride along with a figure, as bars over one dimension: their columns, their reach, their names. */
import { labelEvery } from "../../charts/layout";
import figures from "../../i18n/en/figures.json";
import { addMessages, t } from "../../ui/i18n";
import { at, find, indices, labels } from "../result";
import type { Cell, Quantity, ResultDocument } from "../types";
import { seriesName } from "./curve";
import { capital, dimName, numberText } from "./quantity";

addMessages(figures);

export interface Column {
  label: string;
  /** "layer 3" */
  name: string;
  /** Which part of the model it is; empty where it is none. */
  place: Cell;
  value: number;
  text: string;
}

export interface Chart {
  id: string;
  title: string;
  quantity: Quantity;
  unit: string;
  columns: Column[];
  /** Columns of the largest and the smallest value, whose numbers stand there in any case. */
  extremes: number[];
  /** How high a value stands, from 0 to 1. */
  share: (value: number) => number;
  /** Of how many columns one is named. */
  every: (width: number) => number;
}

/** Pixels of a character, and between two. */
const CHARACTER = 6.2;
const SPACE = 5;

const widest = (texts: readonly string[]) => Math.max(1, ...texts.map((text) => text.length)) * CHARACTER + SPACE;

/** The width of a column in which its value can stand. */
export const leastPitch = ({ columns }: Pick<Chart, "columns">): number => widest(columns.map(({ text }) => text));

export function besideOf(document: ResultDocument): Chart[] {
  return (document.result.beside ?? []).flatMap((quantity) => chartsOf(document, quantity));
}

function chartsOf(document: ResultDocument, quantity: Quantity): Chart[] {
  const nd = find(document, quantity.name);
  if (!nd || nd.data.length === 0) return [];
  const dim = nd.dims[nd.dims.length - 1];
  const length = nd.shape[nd.shape.length - 1];
  const several = nd.dims.length > 1 ? labels(document, nd.dims[0], nd.shape[0]) : [null];
  const reach = reachOf(quantity, nd.data);
  const share = (value: number) => (Math.min(reach[1], Math.max(reach[0], value)) - reach[0]) / (reach[1] - reach[0]);
  return several.map((series, row): Chart => {
    const columns = columnsOf(document, quantity, dim, length, (i) => (series === null ? at(nd, i) : at(nd, row, i)));
    const known = columns.map(({ value }, i) => ({ value, i })).filter(({ value }) => Number.isFinite(value));
    known.sort((one, two) => one.value - two.value);
    return {
      id: `${quantity.name}-${row}`,
      title: titleOf(document, quantity, dim, series),
      quantity,
      unit: quantity.unit ?? "",
      columns,
      extremes: [known[0]?.i, known.at(-1)?.i].filter((i) => i !== undefined),
      share,
      every: (width) => labelEvery(width / length, widest(columns.map(({ label }) => label))),
    };
  });
}

/** Fixed limits, else from the least to the largest value with zero between. */
function reachOf({ limits }: Quantity, data: ArrayLike<number>): [number, number] {
  if (limits) return [limits[0], limits[1]];
  const values = Array.from(data).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return [low, high > low ? high : low + 1];
}

/** "KL without the layer, nats, by layer: response" */
function titleOf(document: ResultDocument, { label, unit }: Quantity, dim: string, series: string | null): string {
  return t("kinds.beside.title", {
    quantity: capital(label),
    unit: unit || "none",
    dim: dimName(dim),
    series: series === null ? "none" : seriesName(document, series),
  });
}

const PLACES: Partial<Record<string, keyof Cell>> = { layer: "layer", row: "row", position: "position" };

function columnsOf(
  document: ResultDocument,
  quantity: Quantity,
  dim: string,
  length: number,
  valueAt: (i: number) => number,
): Column[] {
  const names = labels(document, dim, length);
  const which = indices(document, dim, length);
  const field = PLACES[dim];
  return names.map((label, i) => ({
    label,
    name: `${dimName(dim)} ${label}`,
    place: field ? { [field]: which[i] } : {},
    value: valueAt(i),
    text: numberText(quantity, valueAt(i)),
  }));
}
