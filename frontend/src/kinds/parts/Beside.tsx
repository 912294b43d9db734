import { useCallback, useMemo, useRef } from "react";
import { t } from "../../ui/i18n";
import { useHovered } from "./useHovered";
import { usePin } from "../selection";
import type { Cell, Quantity, ResultDocument, SelectionStore } from "../types";
import { besideOf, leastPitch, type Chart, type Column } from "./besideCharts";
import { barColour } from "./colour";
import "./beside.css";
import { clickPart } from "./pins";
import { liesIn } from "./places";
import { useWidth } from "./useWidth";

interface BesideProps {
  document: ResultDocument;
  selection: SelectionStore;
}

/** What rides along with a figure, as small bars under it: one chart per quantity and series. */
export default function Beside({ document, selection }: BesideProps) {
  const charts = useMemo(() => besideOf(document), [document]);
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const pin = usePin(selection);
  const place = useCallback(
    (element: HTMLElement | SVGElement): Cell =>
      charts[Number(element.dataset.chart)]?.columns[Number(element.dataset.column)]?.place ?? {},
    [charts],
  );
  const matches = useCallback(
    (element: HTMLElement | SVGElement, hover: Cell) => liesIn(hover, place(element)),
    [place],
  );
  useHovered(host, selection, ".beside-column", matches);
  return (
    <div ref={host} className="beside">
      {charts.map((chart, i) => (
        <figure key={chart.id} aria-label={chart.title}>
          <figcaption>{chart.title}</figcaption>
          <div className="beside-bars">
            {chart.columns.map((column, k) => (
              <Bar
                key={column.label}
                chart={chart}
                column={column}
                at={[i, k]}
                pinned={liesIn(pin, column.place)}
                said={chart.columns.length * leastPitch(chart) <= width || chart.extremes.includes(k)}
                named={k % chart.every(width) === 0}
                selection={selection}
              />
            ))}
          </div>
        </figure>
      ))}
    </div>
  );
}

interface BarProps {
  chart: Chart;
  column: Column;
  at: [number, number];
  pinned: boolean;
  /** Whether there is room for the value, and for the name. */
  said: boolean;
  named: boolean;
  selection: SelectionStore;
}

function Bar({ chart, column, at, pinned, said, named, selection }: BarProps) {
  const { label, place, value, text } = column;
  const known = Object.keys(place).length > 0;
  const name = t("kinds.beside.cell", { place: column.name, value: chart.unit ? `${text} ${chart.unit}` : text });
  const inside = (
    <>
      <span className="beside-track">
        {Number.isFinite(value) && <Fill chart={chart} value={value} />}
        {said && (
          <span className="beside-value" style={{ bottom: `${chart.share(Math.max(0, value || 0)) * 100}%` }}>
            {text}
          </span>
        )}
      </span>
      <span className="beside-label">{named || pinned ? label : ""}</span>
    </>
  );
  const given = {
    className: "beside-column",
    "data-chart": at[0],
    "data-column": at[1],
    "aria-label": name,
    title: name,
  };
  if (!known)
    return (
      <span {...given} role="img">
        {inside}
      </span>
    );
  return (
    <button
      {...given}
      type="button"
      tabIndex={-1}
      aria-pressed={pinned}
      onPointerEnter={() => selection.setHover(place)}
      onPointerLeave={() => selection.setHover(null)}
      onClick={(event) => clickPart(selection, place, event)}
    >
      {inside}
    </button>
  );
}

function Fill({ chart, value }: { chart: Chart; value: number }) {
  const [from, to] = [chart.share(Math.min(0, value)), chart.share(Math.max(0, value))];
  const style = { bottom: `${from * 100}%`, height: `${(to - from) * 100}%`, background: colourOf(chart, value) };
  return <span className="beside-fill" style={style} />;
}

const colourOf = ({ quantity }: { quantity: Quantity }, value: number) => barColour(quantity.scale, value);
