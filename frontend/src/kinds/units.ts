/** Nats or bits: the same numbers in the unit a person reads them in. */
import type { FlatArray, Nested, Quantity, ResultDocument } from "./types";

export type Unit = "nats" | "bits";

const LN2 = Math.LN2;
const converted = new WeakMap<ResultDocument, ResultDocument>();

/** A document whose quantities in nats are told in another unit; the document itself where that is nats. */
export function inUnit(document: ResultDocument, unit: Unit): ResultDocument {
  if (unit === "nats") return document;
  let found = converted.get(document);
  if (!found) converted.set(document, (found = toBits(document)));
  return found;
}

type Limits = Record<string, [number, number]>;

/** Limits that figures share, told in a unit. */
export function limitsInUnit(document: ResultDocument, limits: Limits | undefined, unit: Unit): Limits | undefined {
  if (unit === "nats" || !limits) return limits;
  const told = document.result.quantities.filter((quantity) => quantity.unit === "nats").map(({ name }) => name);
  return Object.fromEntries(
    Object.entries(limits).map(([name, [low, high]]) => [
      name,
      told.includes(name) ? [low / LN2, high / LN2] : [low, high],
    ]),
  );
}

/** Bounds of a curve are in the unit of the curve. */
const BOUNDS = ["low", "high"];

function toBits(document: ResultDocument): ResultDocument {
  const { result } = document;
  const series = unitsOfSeries(result.facts);
  const told = (quantity: Quantity) => quantity.unit === "nats";
  const under = result.beside ?? [];
  if (![...result.quantities, ...under].some(told) && !Object.values(series ?? {}).includes("nats")) return document;
  const retold = (quantity: Quantity): Quantity =>
    told(quantity)
      ? { ...quantity, unit: "bits", limits: quantity.limits && [quantity.limits[0] / LN2, quantity.limits[1] / LN2] }
      : quantity;
  const quantities = result.quantities.map(retold);
  const beside = result.beside && { beside: under.map(retold) };
  const curves = result.quantities.filter((quantity) => result.dims[quantity.name]?.[0] === "series");
  const names = [...result.quantities.filter((quantity) => !curves.includes(quantity)), ...under].filter(told);
  const arrays = Object.fromEntries([
    ...names.map(({ name }) => [name, divided(result[name])]),
    ...[...curves.map(({ name }) => name), ...(curves.length > 0 ? BOUNDS : [])]
      .filter((name) => result[name] != null)
      .map((name) => [name, dividedSeries(result[name], inNats(result, series, curves.some(told)))]),
  ]);
  const facts = series ? { ...result.facts, units: mapped(series) } : result.facts;
  return { ...document, result: { ...result, quantities, ...beside, facts, ...arrays } };
}

type SeriesUnits = Record<string, string>;

/** What each series of a curve is told in, where its method says so. */
function unitsOfSeries(facts: Record<string, unknown> | undefined): SeriesUnits | null {
  const units = facts?.units;
  return typeof units === "object" && units !== null ? (units as SeriesUnits) : null;
}

const mapped = (units: SeriesUnits): SeriesUnits =>
  Object.fromEntries(Object.entries(units).map(([name, unit]) => [name, unit === "nats" ? "bits" : unit]));

/** Which series are in nats: as they say one by one, or else as their quantity says. */
function inNats(result: ResultDocument["result"], units: SeriesUnits | null, all: boolean): (index: number) => boolean {
  const names = result.coords.series ?? [];
  return (index) => (units ? units[names[index]] === "nats" : all);
}

const isFlat = (array: unknown): array is FlatArray =>
  typeof array === "object" && array !== null && "data" in array && "shape" in array;

function divided(array: unknown): unknown {
  if (isFlat(array)) return { ...array, data: Float64Array.from(array.data, (value) => value / LN2) };
  const walk = (nested: Nested): Nested =>
    Array.isArray(nested) ? nested.map(walk) : typeof nested === "number" ? nested / LN2 : nested;
  return walk(array as Nested);
}

/** The same, of the chosen entries along the first dimension. */
function dividedSeries(array: unknown, chosen: (index: number) => boolean): unknown {
  if (isFlat(array)) {
    const length = array.data.length / Math.max(1, array.shape[0]);
    const data = Float64Array.from(array.data, (value, at) => (chosen(Math.floor(at / length)) ? value / LN2 : value));
    return { ...array, data };
  }
  return (array as Nested[]).map((entry, index) => (chosen(index) ? divided(entry) : entry));
}
