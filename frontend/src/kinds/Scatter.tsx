/**
 * Points in the plane. Arrays:
 *
 * - `x` and `y` [point]; the quantities of these names, where there are any, are the titles of the axes
 * - `class` [point], text: colour and shape; `label` [point], text: what a point is
 * - `position`, `layer`, `head`, `row`, `feature` [point]: which place of the model a point is
 * - `series` [point]: points of one series are joined, from layer to layer
 * - `facts.method` and `facts.variance`: how the axes came about, and the share of variance that each of them holds
 */
import "./messages";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { t } from "../ui/i18n";
import { decimal, percent } from "../ui/numbers";
import { tokenText } from "../ui/tokenText";
import { ChosenBar } from "./parts/ChosenBar";
import { KindFrame } from "./parts/KindFrame";
import { densityOf, MOST_CLASSES, MOST_POINTS, neighbour, pointsOf, type Points } from "./parts/scatter";
import { scatterChart, type ScatterChart, type ScatterOptions } from "./parts/scatterChart";
import type { ScatterData } from "./parts/scatterPaint";
import { SHAPES } from "./parts/curve";
import { SpotKeys } from "./parts/SpotKeys";
import { anyTable } from "./parts/table";
import { liesIn } from "./parts/places";
import { useSpot } from "./parts/useSpot";
import Table from "./Table";
import type { Cell, KindProps, ResultDocument, TableTwin } from "./types";
import "./parts/scatter.css";

const HEIGHT = { full: 320, compact: 170 };
/** Areas that points beyond the limit are counted by. */
const AREAS = { columns: 80, rows: 56 };
/** Tokens before and after that tell where a token stands. */
const CONTEXT = 3;

export default function Scatter(props: KindProps) {
  const points = useMemo(() => pointsOf(props.document), [props.document]);
  return points ? <Figure key={props.document.key} props={props} points={points} /> : <Table {...props} />;
}

function Figure({ props, points }: { props: KindProps; points: Points }) {
  const { document, selection, compact = false } = props;
  const spot = useSpot(selection, points.places);
  const pins = spot.pins;
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [own, setOwn] = useState(0);
  const [focus, setFocus] = useState<number | null>(null);
  const density = useMemo(
    () => (points.count > MOST_POINTS ? densityOf(points, AREAS.columns, AREAS.rows) : null),
    [points],
  );
  const data = useMemo<ScatterData>(
    () => ({
      points,
      density,
      titles: { x: titleOf(document, "x"), y: titleOf(document, "y") },
      plain: compact,
      height: compact ? HEIGHT.compact : HEIGHT.full,
    }),
    [document, points, density, compact],
  );
  const tip = (point: number) => tipOf(document, points, point);
  const { host, chart } = useScatter(data, {
    onHover: (point) => selection.setHover(point === null ? null : points.places[point]),
    onPin: spot.toggle,
    onLasso: (inside) => {
      setPicked(new Set(inside));
      const range = rangeOf(points, inside);
      if (range) selection.setRange(range);
    },
    tip,
    tipOfArea: (count) => [t("figures.scatter.area", { count })],
  });

  useEffect(() => {
    const mark = () => {
      const { hover } = selection.get();
      const hovered = hover ? points.places.findIndex((place) => liesIn(hover, place)) : -1;
      chart.current?.highlight({ hover: hovered, pins, picked, focus });
    };
    mark();
    return selection.subscribe(mark);
  }, [selection, points, chart, data, pins, picked, focus]);

  const flip = (point: number) => {
    const next = new Set(picked);
    if (!next.delete(point)) next.add(point);
    setPicked(next);
  };
  const current = spot.pinned < 0 ? own : spot.pinned;
  return (
    <KindFrame
      props={{ ...props, onQuantity: undefined }}
      quantity={density && { name: "density", label: t("figures.scatter.density"), scale: "mag" }}
      limits={density ? [0, density.largest] : undefined}
      controls={
        !compact && points.classes.length > 1 && <ClassLegend points={points} picked={picked} onPicked={setPicked} />
      }
      notes={notesOf(document, points, !!density)}
    >
      <SpotKeys
        label={describe(document)}
        count={density ? 0 : points.count}
        current={current}
        picked={picked.has(current)}
        text={(point) => sentenceOf(document, points, point)}
        move={(key, from) => neighbour(key, from, chart.current?.places() ?? [])}
        onMove={(point) => {
          setOwn(point);
          spot.pin(point);
        }}
        onToggle={(point) => spot.toggle(point)}
        onPick={flip}
        onFocus={setFocus}
        place={(point) => chart.current?.place(point) ?? null}
      >
        <div ref={host} className="scatter" />
      </SpotKeys>
      {picked.size > 0 && (
        <ChosenBar
          text={t("figures.scatter.chosen", { count: picked.size })}
          names={[...picked].map((point) => nameOf(document, points, point))}
          onClear={() => setPicked(new Set())}
        />
      )}
    </KindFrame>
  );
}

/** The chart in React: made once, updated with its data. */
function useScatter(
  data: ScatterData,
  options: ScatterOptions,
): { host: RefObject<HTMLDivElement | null>; chart: RefObject<ScatterChart | null> } {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ScatterChart | null>(null);
  const latest = useRef({ data, options });
  const drawn = useRef<ScatterData | null>(null);
  useLayoutEffect(() => {
    latest.current = { data, options };
  });
  const make = useCallback((element: HTMLElement) => {
    const call = () => latest.current.options;
    drawn.current = latest.current.data;
    return scatterChart(element, latest.current.data, {
      onHover: (point) => call().onHover?.(point),
      onPin: (point, event) => call().onPin?.(point, event),
      onLasso: (inside) => call().onLasso?.(inside),
      tip: (point) => call().tip?.(point) ?? [],
      tipOfArea: (count) => call().tipOfArea?.(count) ?? [],
    });
  }, []);
  useLayoutEffect(() => {
    if (!host.current) return undefined;
    const made = (chart.current = make(host.current));
    return () => {
      chart.current = null;
      made.destroy();
    };
  }, [make]);
  useLayoutEffect(() => {
    if (drawn.current === data) return;
    drawn.current = data;
    chart.current?.update(data);
  }, [data]);
  return { host, chart };
}

interface ClassLegendProps {
  points: Points;
  picked: ReadonlySet<number>;
  onPicked: (points: ReadonlySet<number>) => void;
}

/** What colours and shapes stand for. Pressing a class selects its points, as drawing a line around them would. */
function ClassLegend({ points, picked, onPicked }: ClassLegendProps) {
  const members = (entry: number) => [...points.classOf.keys()].filter((i) => points.classOf[i] === entry);
  return (
    <div className="scatter-legend" role="group" aria-label={t("figures.scatter.classes")}>
      {points.classes.map(({ name, count }, entry) => {
        const all = picked.size === count && members(entry).every((i) => picked.has(i));
        return (
          <button
            key={name}
            type="button"
            aria-pressed={all}
            className="scatter-class"
            onClick={() => onPicked(new Set(all ? [] : members(entry)))}
          >
            <Sample entry={entry} />
            <span className="clip">{name || t("figures.scatter.unnamed")}</span> <span className="ink-3">{count}</span>
          </button>
        );
      })}
    </div>
  );
}

const COLOURS = ["var(--target)", "var(--distract)", "var(--a)", "var(--b)", "var(--feat8)", "var(--ink-2)"];
const OUTLINES: Record<string, string> = {
  circle: "M9 5A4 4 0 1 1 1 5 4 4 0 0 1 9 5Z",
  square: "M1.4 1.4H8.6V8.6H1.4Z",
  diamond: "M5 0 10 5 5 10 0 5Z",
  "triangle-up": "M5 .6 9.4 8.4H.6Z",
  cross: "M1 5H9M5 1V9",
  x: "M1.6 1.6 8.4 8.4M1.6 8.4 8.4 1.6",
};

function Sample({ entry }: { entry: number }) {
  const open = SHAPES[entry] === "cross" || SHAPES[entry] === "x";
  return (
    <svg width={10} height={10} viewBox="0 0 10 10" aria-hidden="true" className="scatter-sample">
      <path
        d={OUTLINES[SHAPES[entry]]}
        fill={open ? "none" : COLOURS[entry]}
        stroke={open ? COLOURS[entry] : "none"}
        strokeWidth={1.8}
      />
    </svg>
  );
}

/** The positions from the first to the last of some points, when all of them have one. */
function rangeOf({ places }: Points, chosen: readonly number[]): [number, number] | null {
  const positions = chosen.flatMap((i) => places[i].position ?? []);
  if (positions.length === 0 || positions.length < chosen.length) return null;
  return [Math.min(...positions), Math.max(...positions)];
}

function titleOf(document: ResultDocument, axis: "x" | "y"): string {
  const quantity = document.result.quantities.find(({ name }) => name === axis);
  return quantity ? [quantity.label, quantity.unit].filter(Boolean).join(", ") : axis;
}

function nameOf(document: ResultDocument, { labels, places }: Points, point: number): string {
  const position = places[point].position;
  const token = position == null ? undefined : document.result.tokens[position];
  return (
    labels?.[point] || (token ? `${tokenText(token, 24)} ${position}` : t("figures.scatter.point", { number: point }))
  );
}

/** Some tokens around a position, the token itself in brackets. */
function contextOf(document: ResultDocument, position: number | null | undefined): string {
  const { tokens } = document.result;
  if (position == null || !tokens[position]) return "";
  const some = (from: number, to: number) =>
    tokens
      .slice(Math.max(0, from), to)
      .map((token) => tokenText(token, 16))
      .join("");
  return `${some(position - CONTEXT, position)}[${tokenText(tokens[position], 24)}]${some(position + 1, position + 1 + CONTEXT)}`;
}

const classOf = ({ classOf: entries, classes }: Points, point: number): string => classes[entries[point]]?.name ?? "";

function coordinates(document: ResultDocument, { x, y }: Points, point: number): string {
  return t("figures.scatter.at", {
    across: titleOf(document, "x"),
    x: decimal(x[point]),
    up: titleOf(document, "y"),
    y: decimal(y[point]),
  });
}

function tipOf(document: ResultDocument, points: Points, point: number): string[] {
  const { position, layer } = points.places[point];
  const context = contextOf(document, position);
  const where = layer == null ? "" : t("figures.scatter.layer", { layer });
  const about = [classOf(points, point), where].filter(Boolean).join(" · ");
  return [
    points.labels?.[point] || context || nameOf(document, points, point),
    about,
    coordinates(document, points, point),
  ].filter(Boolean);
}

function sentenceOf(document: ResultDocument, points: Points, point: number): string {
  const name = classOf(points, point);
  return t("figures.scatter.sentence", {
    name: nameOf(document, points, point),
    classed: name ? "yes" : "no",
    class: name,
    at: coordinates(document, points, point),
  });
}

function notesOf(document: ResultDocument, points: Points, byArea: boolean): (string | false)[] {
  const { facts, total } = document.result;
  const variance = Array.isArray(facts.variance)
    ? (facts.variance as unknown[]).filter((x) => typeof x === "number")
    : [];
  const method = typeof facts.method === "string" ? facts.method : "";
  return [
    t("figures.scatter.count", { shown: points.count, total: total.point ?? points.count }),
    method !== "" &&
      (variance.length > 0
        ? t("figures.scatter.variance", { method, share: percent(variance.reduce((sum, x) => sum + x, 0)) })
        : method),
    points.rest > 0 && t("figures.scatter.rest", { count: points.rest, most: MOST_CLASSES }),
    byArea && t("figures.scatter.byArea", { most: MOST_POINTS }),
  ];
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const points = pointsOf(document);
  if (!points) return t("kinds.nothing");
  return t("figures.scatter.describe", {
    count: points.count,
    classes: points.classes.length,
    x: titleOf(document, "x"),
    y: titleOf(document, "y"),
  });
}

export function toTable(document: ResultDocument): TableTwin {
  return anyTable(document);
}

export function read(document: ResultDocument, pin: Cell): string | null {
  const points = pointsOf(document);
  const point = points?.places.findIndex((place) => liesIn(pin, place)) ?? -1;
  return points && point >= 0 ? sentenceOf(document, points, point) : null;
}
