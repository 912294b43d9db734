/**
 * Which place of the model the entries of a drawn dimension are: arrays over that dimension alone, named like the fields of
 * a selection (`layer`, `head`, `position` …). An entry that is undefined or negative says nothing about that field.
 */
import { find } from "../result";
import type { Cell, ResultDocument } from "../types";

export const FIELDS = ["position", "row", "layer", "head", "query", "key", "feature"] as const;

type Field = (typeof FIELDS)[number];

export function placesOf(
  document: ResultDocument,
  dim: string,
  length: number,
  fields: readonly Field[] = FIELDS,
): Cell[] {
  const known = fields.flatMap((field) => {
    const values = find(document, field);
    return values && values.dims.join() === dim ? [{ field, values: values.data }] : [];
  });
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(known.filter(({ values }) => values[i] >= 0).map(({ field, values }) => [field, values[i]])),
  );
}

export const isNowhere = (place: Cell): boolean => FIELDS.every((field) => place[field] == null);

/** Whether a selected cell lies in a place: in all fields that the place names. */
export const liesIn = (cell: Cell | null, place: Cell): boolean =>
  cell !== null && !isNowhere(place) && FIELDS.every((field) => place[field] == null || cell[field] === place[field]);
