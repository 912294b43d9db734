/** Beside the grid, aligned to its rows however it is zoomed and scrolled: curves over the rows, and bars. */
import { useEffect, useRef, type PointerEvent, type ReactNode } from "react";
import type { GridView } from "../../charts/grid";
import { PAD } from "../../charts/layout";
import { HALF } from "../../charts/seam";
import { useLiveView, type ViewStore } from "../../kinds/parts/gridView";
import { labelPlaces } from "../../kinds/parts/MarginCurve";
import type { Places } from "../../kinds/parts/gridModel";
import { entryOf, roundUp } from "../../kinds/result";
import type { SelectionStore } from "../../kinds/types";
import { t } from "../../ui/i18n";
import { decimal, probability } from "../../ui/numbers";
import { ceilingOf, type Curve, type Write } from "./margins";

interface MarginProps {
  view: ViewStore;
  places: Places;
  selection: SelectionStore;
  /** The position that the margins are about. */
  position: number;
}

interface FrameProps extends MarginProps {
  caption: string;
  /** What it shows, in words. */
  label: string;
  width: number;
  children: (view: GridView) => ReactNode;
}

const HEAD = 24;
const AXIS = 22;

/** The row whose middle is nearest to a height. */
export function nearestRow(view: Pick<GridView, "middle">, rows: number, y: number): number {
  let best = 0;
  for (let row = 1; row < rows; row++) if (Math.abs(view.middle(row) - y) < Math.abs(view.middle(best) - y)) best = row;
  return best;
}

/** A margin: its caption, what is drawn in the height of the cells, and the hovered row, which hovering here chooses too. */
function Frame({ view, places, selection, position, caption, label, width, children }: FrameProps) {
  const live = useLiveView(view);
  const line = useRef<SVGLineElement>(null);
  useEffect(() => {
    const mark = () => {
      const row = entryOf(places.rowIndices, selection.get().hover?.row);
      const y = row === null ? null : view.live()?.middle(row);
      line.current?.setAttribute("visibility", y == null ? "hidden" : "visible");
      for (const end of ["y1", "y2"]) line.current?.setAttribute(end, String(y ?? 0));
    };
    const leave = [selection.subscribe(mark), view.subscribe(mark)];
    return () => leave.forEach((stop) => stop());
  }, [places, selection, view]);
  if (!live) return null;
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top - HEAD;
    selection.setHover({ row: places.rowIndices[nearestRow(live, places.rows, y)], position });
  };
  return (
    <svg
      className="strata-margin"
      width={width}
      height={HEAD + PAD + live.frame + AXIS}
      role="img"
      aria-label={label}
      onPointerMove={onPointerMove}
      onPointerLeave={() => selection.setHover(null)}
    >
      <text x={START} y={12}>
        {caption}
      </text>
      <g transform={`translate(0 ${HEAD})`}>
        <svg y={PAD} width={width} height={live.frame} viewBox={`0 ${PAD} ${width} ${live.frame}`} overflow="hidden">
          <line ref={line} className="strata-hover" x1={0} x2={width} visibility="hidden" />
        </svg>
        {children(live)}
      </g>
    </svg>
  );
}

const START = 6;
const INNER = 92;
const WIDTH = 112;

/** A path through the rows, broken where a value is undefined. */
export function pathOf(values: readonly number[], x: (value: number) => number, y: (row: number) => number): string {
  let pen = "M";
  return values
    .map((value, row) => {
      const step = Number.isNaN(value) ? "" : `${pen}${x(value).toFixed(1)} ${y(row).toFixed(1)}`;
      pen = step ? "L" : "M";
      return step;
    })
    .join("");
}

const peakOf = (values: readonly number[]) =>
  values.reduce((best, value, row) => (value > values[best] || Number.isNaN(values[best]) ? row : best), 0);

interface CurveMarginProps extends MarginProps {
  caption: string;
  curves: readonly Curve[];
  pinned: number | null;
}

export function CurveMargin({ curves, pinned, ...props }: CurveMarginProps) {
  const most = ceilingOf(curves);
  const x = (value: number) => START + (value / most) * INNER;
  const said = curves.map(({ name, values }) => {
    const row = peakOf(values);
    return t("strata.margin.series", { name, value: probability(values[row]), row: props.places.rowLabels[row] });
  });
  return (
    <Frame
      {...props}
      width={WIDTH}
      label={t("strata.margin.curve", { caption: props.caption, series: said.join(", ") })}
    >
      {({ middle, frame }) => {
        const peaks = curves.map(({ values }) => ({ x: x(values[peakOf(values)] || 0), y: middle(peakOf(values)) }));
        const labels = labelPlaces(peaks);
        return (
          <>
            {[0, most / 2, most].map((tick) => (
              <g key={tick}>
                <line className="strata-tick" x1={x(tick)} x2={x(tick)} y1={PAD} y2={PAD + frame} />
                <text x={x(tick)} y={PAD + frame + 15} textAnchor="middle">
                  {String(Number(tick.toPrecision(2)))}
                </text>
              </g>
            ))}
            <svg y={PAD} width={WIDTH} height={frame} viewBox={`0 ${PAD} ${WIDTH} ${frame}`} overflow="hidden">
              {curves.map(({ name, values, colour, dashed, mono }, i) => (
                <g key={name}>
                  <path
                    className="strata-curve"
                    d={pathOf(values, x, middle)}
                    stroke={colour}
                    strokeDasharray={dashed ? "4 3" : undefined}
                  />
                  {pinned !== null && !Number.isNaN(values[pinned]) && (
                    <circle cx={x(values[pinned])} cy={middle(pinned)} r={3.5} fill={colour} />
                  )}
                  <text
                    className={mono ? "mono" : "strong"}
                    {...labels[i]}
                    y={Math.max(PAD + 11, labels[i].y)}
                    style={{ fill: colour }}
                  >
                    {name}
                  </text>
                </g>
              ))}
            </svg>
          </>
        );
      }}
    </Frame>
  );
}

const BARS = 66;

/** How wide each margin is, so that its room can be kept before it is there. */
export const WIDTHS = { curves: WIDTH, writes: START + BARS + 6, divergence: START + BARS + 12 };

interface WriteMarginProps extends MarginProps {
  writes: readonly Write[];
}

/** What attention and MLP of each layer add: two bars between the rows that they stand between. */
export function WriteMargin({ writes, ...props }: WriteMarginProps) {
  const most = writes.reduce((found, { attn, mlp }) => Math.max(found, attn || 0, mlp || 0), 0) || 1;
  const largest = writes.find(({ attn, mlp }) => attn === most || mlp === most);
  const { rowIndices } = props.places;
  const name = largest ? `${t(largest.attn === most ? "strata.attn" : "strata.mlp")} ${largest.layer}` : "";
  const caption = t("strata.margin.write");
  return (
    <Frame
      {...props}
      caption={caption}
      width={WIDTHS.writes}
      label={t("strata.margin.bars", { caption, value: decimal(most), name })}
    >
      {(view) => (
        <>
          <svg
            y={PAD}
            width={BARS + 12}
            height={view.frame}
            viewBox={`0 ${PAD} ${BARS + 12} ${view.frame}`}
            overflow="hidden"
          >
            {writes.flatMap(({ layer, attn, mlp }) => {
              const row = entryOf(rowIndices, layer);
              if (row === null || rowIndices[row + 1] !== layer + 1) return [];
              const { upper, lower, height } = barsOf(view, row);
              const bar = (key: string, y: number, value: number) => (
                <rect
                  key={`${key} ${layer}`}
                  className={key}
                  x={START}
                  y={y}
                  rx={1}
                  height={height}
                  width={((value || 0) / most) * BARS}
                />
              );
              return [bar("mlp", upper, mlp), bar("attn", lower, attn)];
            })}
          </svg>
          <g transform={`translate(${START} ${PAD + view.frame + 7})`}>
            <rect className="mlp" width={8} height={8} rx={1} />
            <text x={12} y={8}>
              {t("strata.mlp")}
            </text>
            <rect className="attn" x={38} width={8} height={8} rx={1} />
            <text x={50} y={8}>
              {t("strata.attn")}
            </text>
          </g>
        </>
      )}
    </Frame>
  );
}

/** Where the two bars between a row and the one above it stand: on the half-rows of an open layer, else close together. */
export function barsOf(view: Pick<GridView, "middle" | "gap" | "rowHeight">, row: number) {
  const gap = view.gap(row);
  if (gap) {
    const [step, height] = [HALF * view.rowHeight, Math.max(1, Math.min(10, 0.3 * view.rowHeight))];
    return { upper: gap.y + 0.5 * step - height / 2, lower: gap.y + 1.5 * step - height / 2, height };
  }
  const boundary = (view.middle(row) + view.middle(row + 1)) / 2;
  const height = Math.max(0.5, Math.min(6, 0.22 * view.rowHeight));
  return { upper: boundary - height - 0.5, lower: boundary + 0.5, height };
}

const KL_STEPS = 12;

interface RowBarsProps extends MarginProps {
  caption: string;
  values: readonly number[];
}

/** One bar per row, on the scale of entropy and divergence. */
export function RowBars({ values, ...props }: RowBarsProps) {
  const most = roundUp(values.reduce((found, x) => (x > found ? x : found), 0));
  const row = peakOf(values);
  const label = t("strata.margin.bars", {
    caption: props.caption,
    value: decimal(values[row]),
    name: props.places.rowLabels[row] ?? "",
  });
  return (
    <Frame {...props} width={WIDTHS.divergence} label={label}>
      {({ middle, frame, rowHeight }) => {
        const height = Math.max(1, Math.min(9, 0.4 * rowHeight));
        return (
          <>
            <svg y={PAD} width={BARS + 12} height={frame} viewBox={`0 ${PAD} ${BARS + 12} ${frame}`} overflow="hidden">
              {values.map((value, i) => {
                const share = Math.max(0, value / most) || 0;
                const fill = `var(--unc${Math.max(2, Math.round(share * KL_STEPS))})`;
                const width = Math.max(0.75, share * BARS);
                return (
                  <rect key={i} x={START} y={middle(i) - height / 2} rx={1} width={width} height={height} fill={fill} />
                );
              })}
            </svg>
            <text x={START} y={PAD + frame + 15}>
              0
            </text>
            <text x={START + BARS} y={PAD + frame + 15} textAnchor="end">
              {String(most)}
            </text>
          </>
        );
      }}
    </Frame>
  );
}
