import { PAD } from "../../charts/layout";
import { t } from "../../ui/i18n";
import { tokenText } from "../../ui/tokenText";
import { at, entryOf, find } from "../result";
import { usePin } from "../selection";
import type { Cell, ResultDocument, SelectionStore } from "../types";

interface Curve {
  name: string;
  values: number[];
  colour: string;
}

const WIDTH = 104;
const INNER = 92;
const COLOURS = ["var(--target)", "var(--distract)"];

/** Probability of the first two targets in every row at one position. */
function curves(document: ResultDocument, column: number): Curve[] {
  const logprob = find(document, "target_logprob");
  if (!logprob || logprob.dims.join() !== "row,position,target") return [];
  const [rows, , count] = logprob.shape;
  const names = document.result.coords?.target ?? [];
  return Array.from({ length: Math.min(2, count) }, (_, target) => ({
    name: tokenText({ text: names[target] ?? String(target) }, 12),
    values: Array.from({ length: rows }, (_row, row) => Math.exp(at(logprob, row, column, target))),
    colour: COLOURS[target],
  }));
}

const ceiling = (curve: Curve[]) => {
  const most = Math.max(0.01, ...curve.flatMap(({ values }) => values.filter(Number.isFinite)));
  return [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1].find((limit) => limit >= most) ?? 1;
};

const peakOf = (values: number[]) => values.reduce((best, value, row) => (value > values[best] ? row : best), 0);

const LABEL_HEIGHT = 14;

/** Where the labels of the curves' peaks stand: beside them, and never on one another. */
export function labelPlaces(peaks: { x: number; y: number }[]) {
  const places = peaks.map(({ x, y }) => {
    const left = x > WIDTH * 0.55;
    return { x: x + (left ? -8 : 8), y: y + 4, textAnchor: left ? ("end" as const) : ("start" as const) };
  });
  const [first, second] = places;
  if (second && first.textAnchor === second.textAnchor && Math.abs(first.y - second.y) < LABEL_HEIGHT)
    first.y = second.y - LABEL_HEIGHT;
  return places;
}

interface TargetMarginProps {
  document: ResultDocument;
  selection: SelectionStore;
  positions: readonly number[];
  rowIndices: readonly number[];
  rowHeight: number;
}

/** Beside the grid, aligned to its rows: how probable the targets are at the pinned position. */
export function TargetMargin({ document, selection, positions, rowIndices, rowHeight }: TargetMarginProps) {
  const pin: Cell | null = usePin(selection);
  const column = entryOf(positions, pin?.position) ?? positions.length - 1;
  const lines = curves(document, column);
  if (lines.length === 0 || rowIndices.length < 2) return null;
  const rows = rowIndices.length;
  const height = rows * rowHeight;
  const limit = ceiling(lines);
  const x = (value: number) => 6 + (value / limit) * INNER;
  const y = (row: number) => PAD + (rows - 1 - row + 0.5) * rowHeight;
  const path = (values: number[]) =>
    values.map((value, row) => `${row ? "L" : "M"}${x(value || 0).toFixed(1)} ${y(row).toFixed(1)}`).join("");
  const pinned = entryOf(rowIndices, pin?.row);
  const labels = labelPlaces(lines.map(({ values }) => ({ x: x(values[peakOf(values)] || 0), y: y(peakOf(values)) })));
  return (
    <svg
      className="margin-curve"
      width={WIDTH + 8}
      height={height + 40}
      role="img"
      aria-label={t("kinds.margin", { position: positions[column] })}
    >
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line x1={x(share * limit)} x2={x(share * limit)} y1={PAD} y2={height} stroke="var(--line)" />
          <text
            x={x(share * limit)}
            y={height + 17}
            textAnchor={share === 0 ? "start" : share === 1 ? "end" : "middle"}
          >
            {String(Number((share * limit).toPrecision(2)))}
          </text>
        </g>
      ))}
      <text x={6} y={height + 32}>
        {t("kinds.margin", { position: positions[column] })}
      </text>
      {lines
        .map((line, target) => (
          <g key={target}>
            <path d={path(line.values)} fill="none" stroke={line.colour} strokeWidth={1.75} strokeLinejoin="round" />
            {pinned != null && (
              <circle
                cx={x(line.values[pinned])}
                cy={y(pinned)}
                r={3.5}
                fill={line.colour}
                stroke="var(--surface)"
                strokeWidth={1.5}
              />
            )}
            <text className="mono" {...labels[target]} style={{ fill: line.colour }}>
              {line.name}
            </text>
          </g>
        ))
        .reverse()}
    </svg>
  );
}
