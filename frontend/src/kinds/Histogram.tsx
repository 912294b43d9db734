/**
 * How often values occur. Arrays:
 *
 * - `count` [bin] between consecutive `edges` [edge], one more; the label of the quantity `count` is what is counted
 * - `control` [bin]: the same under the control, drawn as a dashed outline
 * - `value` [position], or `facts.value`: where the selected cell stands among them
 */
import "./messages";
import { useMemo, useRef, useState, type RefObject } from "react";
import { isDiverging } from "../charts/colour";
import { hideTip, showTip } from "../charts/tip";
import { t } from "../ui/i18n";
import { count as countText, decimal, percent, probability } from "../ui/numbers";
import { Segmented } from "../ui/Segmented";
import { extent, ticks, tickText } from "./parts/axis";
import { barColour, fillOf } from "./parts/colour";
import { GridKeys } from "./parts/GridKeys";
import { binsOf, heightOf, powers, shareBelow, valueOf, type Bins } from "./parts/histogram";
import { KindFrame } from "./parts/KindFrame";
import { useWidth } from "./parts/useWidth";
import { chosen } from "./result";
import { usePin } from "./selection";
import Table from "./Table";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";
import "./parts/histogram.css";

const HEIGHT = { full: 190, compact: 130 };
const MARGIN = { left: 44, right: 10, top: 16, bottom: 34 };
/** The palest steps of a ramp would vanish on the surface. */
const PALEST = 4;
const DARKEST = 12;

export default function Histogram(props: KindProps) {
  const bins = useMemo(() => binsOf(props.document), [props.document]);
  return bins ? <Figure key={props.document.key} props={props} bins={bins} /> : <Table {...props} />;
}

function Figure({ props, bins }: { props: KindProps; bins: Bins }) {
  const { document, selection, compact = false } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host) || 360;
  const [axis, setAxis] = useState<"linear" | "log">("linear");
  const [at, setAt] = useState<number | null>(null);
  const [focus, setFocus] = useState<number | null>(null);
  const value = valueOf(document, usePin(selection));
  const label = what(document);
  const drawing: Drawing = {
    bins,
    quantity: chosen(document, "count"),
    label,
    width,
    height: compact ? HEIGHT.compact : HEIGHT.full,
    log: axis === "log",
    value,
    focus,
  };
  return (
    <KindFrame
      props={{ ...props, onQuantity: undefined }}
      quantity={null}
      controls={
        !compact && (
          <Segmented
            size="s"
            label={t("figures.histogram.axis")}
            value={axis}
            onChange={setAxis}
            options={[
              { value: "linear", label: t("kinds.curve.linear") },
              { value: "log", label: t("kinds.curve.log") },
            ]}
          />
        )
      }
      notes={[
        t("figures.histogram.bins", { count: bins.counts.length, total: countText(bins.total) }),
        bins.control && t("figures.histogram.control"),
      ]}
    >
      <div ref={host}>
        <GridKeys
          label={describe(document)}
          rows={1}
          columns={bins.counts.length}
          upward={false}
          pinned={at === null ? null : { row: 0, column: at }}
          text={(_, bin) => sentence(bins, bin)}
          onMove={({ column }) => setAt(column)}
          onToggle={({ column }) => setAt(at === column ? null : column)}
          onFocus={(spot) => setFocus(spot?.column ?? null)}
          place={({ column }) => host.current?.querySelector(`[data-bin="${column}"]`)?.getBoundingClientRect() ?? null}
        >
          <Bars drawing={drawing} host={host} />
        </GridKeys>
      </div>
    </KindFrame>
  );
}

interface Drawing {
  bins: Bins;
  quantity: Quantity | null;
  label: string;
  width: number;
  height: number;
  log: boolean;
  value: number | null;
  focus: number | null;
}

function Bars({ drawing, host }: { drawing: Drawing; host: RefObject<HTMLDivElement | null> }) {
  const { bins, quantity, label, width, height, log, value, focus } = drawing;
  const { counts, edges, control, largest } = bins;
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const x = (at: number) => MARGIN.left + ((at - low) / (high - low || 1)) * (width - MARGIN.left - MARGIN.right);
  const ground = height - MARGIN.bottom;
  const y = (count: number) => ground - heightOf(count, largest, log) * (ground - MARGIN.top);
  const up = log ? powers(largest) : ticks(0, largest, 3);
  const across = ticks(low, high, Math.max(2, Math.floor(width / 80)));
  const point = (event: { target: EventTarget | null }) => {
    const bar = event.target instanceof Element ? event.target.closest<SVGElement>("[data-bin]") : null;
    if (bar && host.current) showTip(bar.getBoundingClientRect(), tipOf(bins, Number(bar.dataset.bin)));
    else hideTip();
  };
  return (
    // The keyboard's twin is the cell of GridKeys.
    <svg className="histogram" width={width} height={height} onPointerOver={point} onPointerLeave={hideTip}>
      {up.map((count) => (
        <g key={count}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(count)} y2={y(count)} className="histogram-grid" />
          <text x={MARGIN.left - 6} y={y(count) + 4} textAnchor="end">
            {countText(count)}
          </text>
        </g>
      ))}
      {Array.from(counts, (count, bin) => {
        const [left, right] = [x(edges[bin]), x(edges[bin + 1])];
        const room = right - left > 3 ? 1 : 0;
        return (
          <g key={bin} data-bin={bin}>
            <rect
              x={left}
              y={MARGIN.top}
              width={Math.max(0, right - left)}
              height={ground - MARGIN.top}
              fill="transparent"
            />
            <rect
              className="histogram-bar"
              x={left + room / 2}
              y={y(count)}
              width={Math.max(0.5, right - left - room)}
              height={Math.max(count > 0 ? 1 : 0, ground - y(count))}
              fill={quantity ? fillAt(quantity, (edges[bin] + edges[bin + 1]) / 2, [low, high]) : "var(--mag8)"}
            />
          </g>
        );
      })}
      {control && <path className="histogram-control" d={outline(control, edges, x, y)} />}
      <line
        x1={MARGIN.left}
        x2={width - MARGIN.right}
        y1={ground + 0.5}
        y2={ground + 0.5}
        className="histogram-ground"
      />
      {across.map((at) => (
        <text key={at} x={x(at)} y={ground + 14} textAnchor="middle">
          {tickText(at, across)}
        </text>
      ))}
      <text x={width - MARGIN.right} y={height - 5} textAnchor="end" className="histogram-title">
        {label}
      </text>
      {focus !== null && (
        <rect
          className="histogram-focus"
          x={x(edges[focus]) - 1}
          y={MARGIN.top - 2}
          width={x(edges[focus + 1]) - x(edges[focus]) + 2}
          height={ground - MARGIN.top + 4}
          rx={2}
        />
      )}
      {value !== null && (
        <Marker x={x(Math.max(low, Math.min(high, value)))} value={value} width={width} ground={ground} />
      )}
    </svg>
  );
}

/** Where the selected cell stands; its label keeps inside the drawing. */
function Marker({ x, value, width, ground }: { x: number; value: number; width: number; ground: number }) {
  const left = x > width * 0.6;
  return (
    <g className="histogram-marker">
      <line x1={x} x2={x} y1={MARGIN.top - 12} y2={ground} />
      <text x={x + (left ? -6 : 6)} y={MARGIN.top - 3} textAnchor={left ? "end" : "start"}>
        {t("figures.histogram.yours", { value: decimal(value) })}
      </text>
    </g>
  );
}

/** The colour of a value of the ramp, as far as it can be told from the surface. */
function fillAt({ scale }: Quantity, value: number, [low, high]: [number, number]): string {
  if (isDiverging(scale)) return barColour(scale, value);
  const share = high > low ? (value - low) / (high - low) : 0;
  return fillOf(scale, Math.round(PALEST + share * (DARKEST - PALEST)));
}

type Along = (value: number) => number;

function outline(counts: ArrayLike<number>, edges: ArrayLike<number>, x: Along, y: Along): string {
  const steps = Array.from(counts, (count, bin) => `V${y(count).toFixed(1)}H${x(edges[bin + 1]).toFixed(1)}`);
  return `M${x(edges[0]).toFixed(1)} ${y(0).toFixed(1)}${steps.join("")}V${y(0).toFixed(1)}`;
}

const what = (document: ResultDocument): string => {
  const quantity = chosen(document, "count");
  return quantity ? [quantity.label, quantity.unit].filter(Boolean).join(", ") : "";
};

const span = ({ edges }: Bins, bin: number): string =>
  t("figures.histogram.span", { low: decimal(edges[bin]), high: decimal(edges[bin + 1]) });

function tipOf(bins: Bins, bin: number): string[] {
  const { counts, control, total } = bins;
  return [
    span(bins, bin),
    t("figures.histogram.count", { count: countText(counts[bin]), share: probability(counts[bin] / (total || 1)) }),
    ...(control ? [t("figures.histogram.controlCount", { count: countText(control[bin]) })] : []),
  ];
}

const sentence = (bins: Bins, bin: number): string => `${tipOf(bins, bin).join(", ")}.`;

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const bins = binsOf(document);
  if (!bins) return t("kinds.nothing");
  const [low, high] = extent(bins.edges) ?? [0, 0];
  return t("figures.histogram.describe", {
    label: what(document),
    total: countText(bins.total),
    low: decimal(low),
    high: decimal(high),
  });
}

export function toTable(document: ResultDocument): TableTwin {
  const bins = binsOf(document);
  const column = (name: "from" | "to" | "count" | "control") => ({
    name,
    label: t(`figures.histogram.column.${name}`),
    numeric: true,
  });
  if (!bins) return { columns: [], rows: [] };
  const { counts, edges, control } = bins;
  return {
    columns: [...(["from", "to", "count"] as const), ...(control ? (["control"] as const) : [])].map(column),
    rows: Array.from(counts, (count, bin) => [edges[bin], edges[bin + 1], count, ...(control ? [control[bin]] : [])]),
  };
}

export function read(document: ResultDocument, pin: Cell): string | null {
  const bins = binsOf(document);
  const value = valueOf(document, pin);
  if (!bins || value === null) return null;
  return t("figures.histogram.read", {
    label: what(document),
    value: decimal(value),
    share: percent(shareBelow(bins, value)),
  });
}
