import { clamp, PAD } from "../../charts/layout";
import { useLiveView, type ViewStore } from "./gridView";

export interface MarginSeries {
  name: string;
  /** A value per row. */
  values: readonly number[];
  colour: string;
  dashed?: boolean;
  /** Named by a token. */
  mono?: boolean;
}

interface MarginCurveProps {
  view: ViewStore;
  caption: string;
  /** Both ends of the axis. */
  limits: [number, number];
  series: readonly MarginSeries[];
  /** Row by row what a control does. */
  band?: { low: readonly number[]; high: readonly number[] };
  pinned: number | null;
}

const WIDTH = 112;
const START = 6;
const INNER = 92;
const LABEL_HEIGHT = 14;
const AXIS = 36;

/** Where the labels of the curves' peaks stand: beside them, and never on one another. */
export function labelPlaces(peaks: { x: number; y: number }[]) {
  const places = peaks.map(({ x, y }) => {
    const left = x > START + INNER * 0.5;
    // Left of a peak the curve comes up from below: its label stands above it.
    return { x: x + (left ? -8 : 8), y: y + (left ? -5 : 4), textAnchor: left ? ("end" as const) : ("start" as const) };
  });
  const [first, second] = places;
  if (second && first.textAnchor === second.textAnchor && Math.abs(first.y - second.y) < LABEL_HEIGHT)
    first.y = second.y - LABEL_HEIGHT;
  return places;
}

const peakOf = (values: readonly number[]) =>
  values.reduce((best, value, row) => (value > values[best] || Number.isNaN(values[best]) ? row : best), 0);

/** A path through the rows, broken where a value is undefined. */
function pathOf(values: readonly number[], x: (value: number) => number, y: (row: number) => number): string {
  let pen = "M";
  return values
    .map((value, row) => {
      if (Number.isNaN(value)) {
        pen = "M";
        return "";
      }
      const step = `${pen}${x(value).toFixed(1)} ${y(row).toFixed(1)}`;
      pen = "L";
      return step;
    })
    .join("");
}

/** Curves over the rows of a grid, beside it and aligned to it however it is zoomed and scrolled. */
export function MarginCurve({ view, caption, limits, series, band, pinned }: MarginCurveProps) {
  const live = useLiveView(view);
  const rows = series[0]?.values.length ?? 0;
  if (!live || rows < 2) return null;
  const { middle: y, rowHeight, frame } = live;
  const [low, high] = limits;
  const x = (value: number) => START + ((value - low) / (high - low || 1)) * INNER;
  const labels = labelPlaces(series.map(({ values }) => ({ x: x(values[peakOf(values)] || 0), y: y(peakOf(values)) })));
  return (
    <svg className="margin-curve" width={WIDTH} height={PAD + frame + AXIS} role="img" aria-label={caption}>
      {[low, (low + high) / 2, high].map((tick, i) => (
        <g key={i}>
          <line x1={x(tick)} x2={x(tick)} y1={PAD} y2={PAD + frame} stroke="var(--line)" />
          <text x={x(tick)} y={PAD + frame + 14} textAnchor={(["start", "middle", "end"] as const)[i]}>
            {String(Number(tick.toPrecision(2))).replace("-", "\u2212")}
          </text>
        </g>
      ))}
      <text x={START} y={PAD + frame + 29}>
        {caption}
      </text>
      <svg y={PAD} width={WIDTH} height={frame} viewBox={`0 ${PAD} ${WIDTH} ${frame}`} overflow="hidden">
        {band && <path className="margin-band" d={bandPath(band, x, y, rowHeight)} />}
        {series
          .map((line, i) => (
            <g key={line.name}>
              <path
                className="margin-line"
                d={pathOf(line.values, x, y)}
                fill="none"
                stroke={line.colour}
                strokeWidth={line.dashed ? 1.5 : 1.75}
                strokeDasharray={line.dashed ? "4 3" : undefined}
                strokeLinejoin="round"
              />
              {pinned != null && !Number.isNaN(line.values[pinned]) && (
                <circle
                  cx={x(line.values[pinned])}
                  cy={y(pinned)}
                  r={3.5}
                  fill={line.colour}
                  stroke="var(--surface)"
                  strokeWidth={1.5}
                />
              )}
              <text className={line.mono ? "mono" : undefined} {...labels[i]} style={{ fill: line.colour }}>
                {line.name}
              </text>
            </g>
          ))
          .reverse()}
      </svg>
    </svg>
  );
}

/** From row to row the band is as wide as the control reaches there. */
function bandPath(
  { low, high }: { low: readonly number[]; high: readonly number[] },
  x: (value: number) => number,
  y: (row: number) => number,
  rowHeight: number,
): string {
  return low
    .map((from, row) => {
      if (Number.isNaN(from) || Number.isNaN(high[row])) return "";
      const [top, bottom] = [y(row) - rowHeight / 2, y(row) + rowHeight / 2];
      const [left, right] = [from, high[row]].map((value) => clamp(x(value), START, START + INNER).toFixed(1));
      return `M${left} ${top}H${right}V${bottom}H${left}Z`;
    })
    .join("");
}
