/** The table twin that fits any result: one row per entry of the quantity drawn, its dimensions and values as columns. */
import { tokenText } from "../../ui/tokenText";
import { chosen, find, indices, labels, texts } from "../result";
import type { NdArray, ResultDocument, TableColumn, TableTwin } from "../types";

const MOST_ROWS = 50_000;

type Value = string | number | null;
export type Series = { name: string; label: string; data: ArrayLike<number> | readonly string[] };

/** Spaces at an end, and characters that cannot be seen or turn what follows around. */
const UNSEEN = /^\s|\s$|[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** Text as it is; where not all of it can be seen, as tokens are written. */
const written = (text: string): string => (UNSEEN.test(text) ? tokenText({ text }) : text);

export const numberOrNull = (x: number): number | null => (Number.isNaN(x) ? null : x);

function dimensionValues(
  document: ResultDocument,
  dim: string,
  length: number,
): { columns: TableColumn[]; values: Value[][] } {
  const names = labels(document, dim, length);
  const which = indices(document, dim, length);
  const numeric = !document.result.coords?.[dim] || which.every((index, i) => String(index) === names[i]);
  const column: TableColumn = { name: dim, label: dim, numeric };
  if (dim !== "position" || document.result.tokens.length === 0) {
    return { columns: [column], values: names.map((name, i) => [numeric ? which[i] : name]) };
  }
  const token = (i: number) => document.result.tokens[which[i]];
  return {
    columns: [
      column,
      { name: "token_id", label: "token id", numeric: true },
      { name: "token", label: "token", numeric: false },
    ],
    values: names.map((_, i) => [which[i], token(i)?.id ?? null, token(i) ? tokenText(token(i)) : ""]),
  };
}

/** Every array with exactly these dimensions. */
function alike(document: ResultDocument, dims: readonly string[]): Series[] {
  const labelOf = new Map(document.result.quantities.map(({ name, label }) => [name, label]));
  return Object.entries(document.result.dims)
    .filter(([, own]) => own.length === dims.length && own.every((dim, i) => dim === dims[i]))
    .flatMap(([name]) => {
      const data = find(document, name)?.data ?? texts(document, name)?.data;
      return data ? [{ name, label: labelOf.get(name) ?? name.replaceAll("_", " "), data }] : [];
    });
}

function valueAt(data: Series["data"], flat: number): Value {
  const value = data[flat];
  return typeof value === "number" ? numberOrNull(value) : value === undefined ? null : written(value);
}

export function tableOf(document: ResultDocument, shape: NdArray, extra: readonly Series[] = []): TableTwin {
  const axes = shape.dims.map((dim, i) => dimensionValues(document, dim, shape.shape[i]));
  const series = [...extra, ...alike(document, shape.dims)];
  const columns = [
    ...axes.flatMap((axis) => axis.columns),
    ...series.map(({ name, label, data }) => ({ name, label, numeric: typeof data[0] !== "string" })),
  ];
  const count = Math.min(
    MOST_ROWS,
    shape.shape.reduce((product, length) => product * length, 1),
  );
  const rows = Array.from({ length: count }, (_, flat) => {
    let rest = flat;
    const places = shape.shape.map(() => 0);
    for (let axis = shape.shape.length - 1; axis >= 0; axis--) {
      places[axis] = rest % shape.shape[axis];
      rest = Math.floor(rest / shape.shape[axis]);
    }
    const values = series.map(({ data }) => valueAt(data, flat));
    return [...axes.flatMap((axis, i) => axis.values[places[i]]), ...values];
  });
  return { columns, rows };
}

/** For kinds without a twin of their own: the quantity drawn, or the largest array there is. */
export function anyTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  const arrays = Object.keys(document.result.dims ?? {}).flatMap((name) => find(document, name) ?? []);
  const main = (quantity && find(document, quantity.name)) ?? arrays.sort((x, y) => y.data.length - x.data.length)[0];
  if (main) return tableOf(document, main);
  const text = Object.keys(document.result.dims ?? {}).flatMap((name) => {
    const found = texts(document, name);
    return found ? [{ name, ...found }] : [];
  })[0];
  if (!text) return { columns: [], rows: [] };
  return tableOf(document, { data: new Float64Array(0), shape: text.shape, dims: text.dims });
}
