/** What the picture of a finding is made of: a stored result reduced to a few shapes on a field of 0 to 1 by 0 to 1. */
import "../../kinds/messages";
import { isDiverging, stepCount, stepOf, type Scale } from "../../charts/colour";
import { curveOf, firstSeries, MOST_SERIES } from "../../kinds/parts/curve";
import { binsOf } from "../../kinds/parts/histogram";
import { pointsOf } from "../../kinds/parts/scatter";
import { textsOf } from "../../kinds/parts/textPair";
import { chosen, find, limitsOf } from "../../kinds/result";
import { thumbnailOf, type Thumbnail } from "../../kinds/thumbnail";
import type { ResultDocument } from "../../kinds/types";

export interface Line {
  /** Its colour, as everywhere: the place among the series. */
  index: number;
  control: boolean;
  /** Heights; NaN where there is no value. */
  values: number[];
}

export interface Bar {
  from: number;
  to: number;
  step: number;
}

export type Picture =
  | { form: "cells"; thumbnail: Thumbnail }
  | { form: "lines"; lines: Line[] }
  | { form: "bars"; scale: Scale; bars: Bar[]; zero: number }
  | { form: "points"; classes: { index: number; points: [number, number][] }[] }
  | { form: "texts"; sides: { name: string; text: string }[] };

const MOST = { rows: 24, columns: 36 };
const MOST_POINTS = 400;
const MOST_CHARACTERS = 140;
/** Tokens that both texts share, before the first in which they differ. */
const WORDS_BEFORE = 6;
/** Room above and below what is drawn. */
const ROOM = 0.06;

const FORMS: Record<string, (document: ResultDocument) => Picture | null> = {
  layer_curve: linesOf,
  histogram: countsOf,
  scatter: cloudOf,
  text_pair: wordsOf,
};

/** Null for a result of which nothing can be drawn so small. */
export const pictureOf = (document: ResultDocument): Picture | null =>
  FORMS[document.result.kind]?.(document) ?? cellsOf(document);

function cellsOf(document: ResultDocument): Picture | null {
  const thumbnail = thumbnailOf(document, MOST);
  return thumbnail && (thumbnail.rows === 1 ? barsOf(document) : { form: "cells", thumbnail });
}

/** Values along one dimension. */
function barsOf(document: ResultDocument): Picture | null {
  const quantity = chosen(document, undefined);
  const values = quantity && find(document, quantity.name);
  if (!quantity || !values) return null;
  const [low, high] = limitsOf(quantity, values.data);
  const height = heightIn(Math.min(low, 0), high);
  const { scale } = quantity;
  return {
    form: "bars",
    scale,
    zero: height(0),
    bars: Array.from(values.data.slice(0, 2 * MOST.columns), (value) => ({
      from: height(0),
      to: height(Math.max(Math.min(low, 0), Math.min(high, value))),
      // The palest steps could not be told from the ground.
      step: isDiverging(scale) ? stepOf(scale, Math.sign(value), -1.5, 1.5) : Math.round(0.65 * stepCount(scale)),
    })),
  };
}

function countsOf(document: ResultDocument): Picture | null {
  const bins = binsOf(document);
  const quantity = chosen(document, "count");
  if (!bins || !quantity || bins.largest === 0) return null;
  const step = Math.round(0.65 * stepCount(quantity.scale));
  const bars = Array.from(bins.counts, (count) => ({ from: 0, to: (1 - ROOM) * (count / bins.largest), step }));
  return { form: "bars", scale: quantity.scale, bars, zero: 0 };
}

function linesOf(document: ResultDocument): Picture | null {
  const quantity = chosen(document, undefined);
  const curve = quantity && curveOf(document, quantity, null);
  if (!quantity || !curve || curve.labels.length < 2) return null;
  const wanted = firstSeries(curve);
  // One axis has one unit.
  const series = curve.series.filter(
    ({ index, unit, control }) => (wanted.has(index) || control) && unit === curve.units[0],
  );
  const values = series.flatMap((each) => each.values).filter(Number.isFinite);
  if (values.length === 0) return null;
  const [low, high] = quantity.limits ?? [Math.min(0, ...values), Math.max(...values)];
  const height = heightIn(low, high);
  const lines = series.map(({ index, control, values: own }) => ({ index, control, values: own.map(height) }));
  return { form: "lines", lines };
}

function cloudOf(document: ResultDocument): Picture | null {
  const points = pointsOf(document);
  if (!points) return null;
  const [across, up] = [shareOf(points.bounds.x), shareOf(points.bounds.y)];
  const every = Math.ceil(points.count / MOST_POINTS);
  const byClass = new Map<number, [number, number][]>();
  for (let point = 0; point < points.count; point += every) {
    const index = points.classOf[point] < 0 ? MOST_SERIES - 1 : points.classOf[point];
    const own = byClass.get(index) ?? [];
    own.push([across(points.x[point]), up(points.y[point])]);
    byClass.set(index, own);
  }
  return { form: "points", classes: [...byClass].map(([index, own]) => ({ index, points: own })) };
}

/** How two texts go on from where they part. */
function wordsOf(document: ResultDocument): Picture | null {
  const read = textsOf(document);
  if (!read || read.sides.length === 0) return null;
  const from = read.same ? 0 : Math.max(0, read.shared - WORDS_BEFORE);
  const sides = read.sides.slice(0, 2).map(({ name, tokens }) => ({
    name,
    text: tokens
      .slice(from)
      .map((token) => ("special" in token && token.special ? "" : token.text))
      .join("")
      .trim()
      .slice(0, MOST_CHARACTERS),
  }));
  return { form: "texts", sides };
}

const shareOf =
  ([low, high]: readonly [number, number]) =>
  (value: number) =>
    high > low ? (value - low) / (high - low) : 0.5;

/** The height of a value, with room at both ends. */
function heightIn(low: number, high: number): (value: number) => number {
  const share = shareOf([low, high]);
  return (value) => ROOM + (1 - 2 * ROOM) * share(value);
}
