/**
 * The floor of a comparison: how far A is from A computed again with every number rounded to half precision. What differs
 * by less than that may be rounding. It is told by a check of the difference, in the quantity that is drawn first.
 */
import "./messages";
import { t } from "../ui/i18n";
import { differenceOf } from "./difference";
import { find } from "./result";
import type { Check, ResultDocument } from "./types";

/** The finite values of the quantity drawn first, without their signs. */
function sizes(document: ResultDocument): number[] {
  const values = find(document, document.result.quantities[0]?.name ?? "");
  return values ? Array.from(values.data, Math.abs).filter(Number.isFinite) : [];
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

/** A difference with one more check: its largest value beside that of A minus A again. */
export function withFloor(difference: ResultDocument, a: ResultDocument, again: ResultDocument): ResultDocument {
  const rounding = differenceOf(a, again, "position").document;
  const values = sizes(difference);
  if (!rounding || values.length === 0) return difference;
  const floor = largest(sizes(rounding));
  const beyond = values.filter((value) => value > floor).length;
  const check: Check = {
    name: "floor",
    label: t("figures.difference.floor", { count: beyond, total: values.length }),
    value: largest(values),
    control: floor,
    verdict: beyond > 0 ? "ok" : "warn",
    explanation: t("figures.difference.floorNote"),
  };
  return { ...difference, checks: [...difference.checks, check] };
}
