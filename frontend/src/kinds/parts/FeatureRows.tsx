import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { isDiverging } from "../../charts/colour";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { forScale } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import { tokenText } from "../../ui/tokenText";
import { unitOf } from "../result";
import { setPart, togglePart } from "../selection";
import type { Cell, Quantity, SelectionStore } from "../types";
import { barColour } from "./colour";
import { heights, type Feature } from "./featureList";
import { clickPart, letterOf, pinOf, usePins } from "./pins";
import { liesIn } from "./places";
import { useCoarse } from "./useCoarse";
import { useHovered } from "./useHovered";

interface FeatureRowsProps {
  label: string;
  rows: readonly Feature[];
  quantity: Quantity;
  limits: [number, number];
  selection: SelectionStore;
  compact: boolean;
  /** Entries that are selected, beside the one that is pinned. */
  picked: ReadonlySet<number>;
  onPicked: (entries: ReadonlySet<number>) => void;
}

const HEIGHT = { fine: 28, coarse: 36 };
const SHOWN = 12;
const BEYOND = 6;
const PAGE = 10;

/** Rows of features: only those in view are elements. One tab stop; arrows pin, Space selects, Enter pins and unpins. */
export function FeatureRows(props: FeatureRowsProps) {
  const { label, rows, quantity, selection, compact, picked, onPicked } = props;
  const height = useCoarse() ? HEIGHT.coarse : HEIGHT.fine;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [own, setOwn] = useState(0);
  const pins = usePins(selection);
  const pinned = rows.findIndex(({ place }) => liesIn(pins.pin, place));
  const active = Math.min(pinned < 0 ? own : pinned, rows.length - 1);
  const first = Math.max(0, Math.floor(top / height) - BEYOND);
  const last = Math.min(rows.length, Math.floor(top / height) + SHOWN + BEYOND);
  const seen = [...Array(Math.max(0, last - first)).keys()].map((i) => first + i);
  // What has the focus must be an element, wherever the rows are scrolled to.
  if (active >= 0 && (active < first || active >= last)) seen.push(active);

  const isHovered = useCallback(
    (element: HTMLElement | SVGElement, hover: Cell) => liesIn(hover, rows[Number(element.dataset.row)]?.place ?? {}),
    [rows],
  );
  useHovered(frame, selection, "[data-row]", isHovered);

  useEffect(() => {
    const box = frame.current;
    if (!box || active < 0) return;
    const [above, below] = [active * height, (active + 1) * height - box.clientHeight];
    if (box.scrollTop > above) box.scrollTop = above;
    else if (box.clientHeight > 0 && box.scrollTop < below) box.scrollTop = below;
  }, [active, height]);

  const sentence = (feature: Feature) =>
    t("figures.features.row", {
      id: feature.id,
      named: feature.label || feature.topToken ? "yes" : "no",
      name: feature.label || (feature.topToken ? tokenText(feature.topToken) : ""),
      quantity: quantity.label,
      value: forScale(quantity.scale, feature.value) + unitOf(quantity),
    });
  const flip = (entry: number) => {
    const next = new Set(picked);
    if (!next.delete(entry)) next.add(entry);
    onPicked(next);
  };

  function onKeyDown(event: KeyboardEvent) {
    if (rows.length === 0 || event.altKey) return;
    if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onPicked(new Set(rows.map(({ entry }) => entry)));
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE, Home: -rows.length, End: rows.length }[
      event.key
    ];
    if (step === undefined && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    const here = Math.max(0, active);
    if (event.key === " ") return flip(rows[here].entry);
    if (event.key === "Enter") return togglePart(selection, rows[here].place);
    const next = Math.max(0, Math.min(rows.length - 1, here + (step ?? 0)));
    setOwn(next);
    setPart(selection, rows[next].place);
    announce(sentence(rows[next]));
  }

  function onClick(event: MouseEvent) {
    const target = event.target instanceof Element ? event.target : null;
    const row = Number(target?.closest<HTMLElement>("[data-row]")?.dataset.row ?? Number.NaN);
    if (Number.isNaN(row)) return;
    setOwn(row);
    const { entry, place } = rows[row];
    if (target?.closest("[data-pick]")) flip(entry);
    else clickPart(selection, place, event);
  }

  function onPointerOver(event: { target: EventTarget | null }) {
    const row =
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]")?.dataset.row : undefined;
    selection.setHover(row === undefined ? null : rows[Number(row)].place);
  }

  return (
    <div
      ref={frame}
      className={compact ? "feature-rows compact" : "feature-rows"}
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-activedescendant={active >= 0 ? `${id}-${rows[active].entry}` : undefined}
      tabIndex={0}
      style={{ maxHeight: SHOWN * height, minHeight: Math.min(rows.length, SHOWN) * height }}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onPointerOver={onPointerOver}
      onPointerLeave={() => selection.setHover(null)}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ height: rows.length * height }}>
        {seen.map((row) => (
          <Row
            key={rows[row].entry}
            {...props}
            id={`${id}-${rows[row].entry}`}
            row={row}
            top={row * height}
            height={height}
            pinned={pinOf(pins, rows[row].place) >= 0}
            letter={letterOf(pins, pinOf(pins, rows[row].place))}
            active={row === active}
            name={sentence(rows[row])}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps extends FeatureRowsProps {
  id: string;
  row: number;
  top: number;
  height: number;
  pinned: boolean;
  letter: string;
  active: boolean;
  name: string;
}

function Row({
  id,
  row,
  rows,
  top,
  height,
  pinned,
  letter,
  active,
  name,
  quantity,
  limits,
  compact,
  picked,
}: RowProps) {
  const feature = rows[row];
  const traced = !compact && feature.trace;
  return (
    // Keys and clicks are the list's, which holds the focus.
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-label={name}
      aria-selected={picked.has(feature.entry)}
      aria-current={pinned || undefined}
      aria-posinset={row + 1}
      aria-setsize={rows.length}
      data-row={row}
      className={["feature-row", pinned && "pinned", active && "active"].filter(Boolean).join(" ")}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      {!compact && (
        <span className="feature-pick" data-pick="" title={t("figures.features.pick")}>
          <i />
        </span>
      )}
      <span className="feature-id mono">{feature.id}</span>
      {letter && <span className="feature-letter">{letter}</span>}
      <FeatureName feature={feature} />
      {traced && <Trace values={heights(traced, 48)} />}
      <ValueBar value={feature.value} quantity={quantity} limits={limits} />
      <span className="feature-value">{forScale(quantity.scale, feature.value)}</span>
    </div>
  );
}

/** Its label; without one the token on which it is strongest, in italics. */
function FeatureName({ feature: { label, topToken } }: { feature: Feature }) {
  if (label || !topToken)
    return (
      <span className="feature-name clip" title={label}>
        {label}
      </span>
    );
  return (
    <i className="feature-name clip">
      <Token token={topToken} plain max={20} />
    </i>
  );
}

const TRACE = { width: 64, height: 16 };

/** A value per token, as a row of small bars. */
function Trace({ values }: { values: readonly number[] }) {
  const step = TRACE.width / Math.max(1, values.length);
  const bar = (height: number, i: number) =>
    height > 0
      ? `M${(i * step).toFixed(2)} ${TRACE.height}v${(-Math.max(1, height * TRACE.height)).toFixed(2)}h${Math.max(0.6, step - 0.4).toFixed(2)}V${TRACE.height}z`
      : "";
  return (
    <svg className="feature-trace" width={TRACE.width} height={TRACE.height} aria-hidden="true">
      <path d={`M0 ${TRACE.height - 0.5}h${TRACE.width}`} className="ground" />
      <path d={values.map(bar).join("")} />
    </svg>
  );
}

function ValueBar({
  value,
  quantity,
  limits: [low, high],
}: {
  value: number;
  quantity: Quantity;
  limits: [number, number];
}) {
  const ground = isDiverging(quantity.scale) ? (low + high) / 2 : Math.min(low, Math.max(0, low));
  const share = (x: number) => Math.max(0, Math.min(1, (x - low) / (high - low || 1)));
  const [from, to] = [Math.min(share(ground), share(value)), Math.max(share(ground), share(value))];
  return (
    <span className="feature-bar" aria-hidden="true">
      {isDiverging(quantity.scale) && <b />}
      {!Number.isNaN(value) && (
        <i
          style={{
            left: `${from * 100}%`,
            width: `${(to - from) * 100}%`,
            background: barColour(quantity.scale, value),
          }}
        />
      )}
    </span>
  );
}
