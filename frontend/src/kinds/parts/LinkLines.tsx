import { useCallback, useEffect, useMemo, useRef } from "react";
import { forcedColours, isDiverging } from "../../charts/colour";
import { hideTip, showTip } from "../../charts/tip";
import { entryOf } from "../result";
import { setPart, togglePart, usePin } from "../selection";
import type { Cell, SelectionStore, Token } from "../types";
import { GridKeys } from "./GridKeys";
import { linksOf, tokenAt, type Attention } from "./patterns";
import { BESIDE, clickPart } from "./pins";
import { numberText } from "./quantity";
import { TokenName } from "./TokenName";
import { useHovered } from "./useHovered";

interface LinkLinesProps {
  label: string;
  attention: Attention;
  /** Entries of the layer, the head and the pinned query, not their numbers. */
  layer: number;
  head: number;
  query: number;
  least: number;
  others: readonly (Token | null)[];
  selection: SelectionStore;
  /** A sentence about a link, by entries. */
  text: (query: number, key: number) => string;
}

const ROW = 18;
const WIDTH = 100;
const THINNEST = 0.6;
const THICKEST = 5;

/** A curve from the middle of a row at the left to the middle of one at the right, within the space between the names. */
const curveBetween = (from: number, to: number): string => {
  const [y1, y2] = [(from + 0.5) * ROW, (to + 0.5) * ROW];
  return `M0 ${y1}C${WIDTH / 2} ${y1} ${WIDTH / 2} ${y2} ${WIDTH} ${y2}`;
};

const thickness = (weight: number, most: number): number =>
  THINNEST + (THICKEST - THINNEST) * Math.min(1, Math.abs(weight) / (most || 1));

/** Tokens that look at the left, tokens looked at on the right, and a curve for every link between them. */
export function LinkLines(props: LinkLinesProps) {
  const { label, attention, layer, head, query, least, others, selection, text } = props;
  const { queries, keys, skipped, quantity, limits } = attention;
  const host = useRef<HTMLDivElement>(null);
  const pin = usePin(selection);
  const { shown } = useMemo(() => linksOf(attention, layer, head, least), [attention, layer, head, least]);
  // The pinned query's curves lie above the others.
  const drawn = useMemo(
    () => [...shown].sort((one, two) => Number(one.query === query) - Number(two.query === query)),
    [shown, query],
  );
  const most = Math.max(Math.abs(limits[0]), Math.abs(limits[1]));
  const colour = (weight: number, pinned: boolean) => {
    if (forcedColours()) return pinned ? "Highlight" : "CanvasText";
    if (isDiverging(quantity.scale)) return `var(--${quantity.scale}${weight < 0 ? 3 : 21})`;
    return `var(--${quantity.scale}${pinned ? 10 : 6})`;
  };
  const rows = Math.max(queries.length, keys.length);
  const weights = new Map(drawn.filter((link) => link.query === query).map(({ key, weight }) => [key, weight]));
  useHovered(
    host,
    selection,
    "[data-query], [data-key]",
    useCallback((element, { query: from, position, key }) => {
      const own = (element as HTMLElement).dataset;
      const looking = from ?? (key == null ? position : null);
      if (own.query !== undefined && own.key !== undefined)
        return key == null
          ? Number(own.query) === looking
          : Number(own.key) === key && (from == null || Number(own.query) === from);
      return own.query === undefined ? Number(own.key) === key : Number(own.query) === looking;
    }, []),
  );
  const row = (entry: number) => host.current?.querySelector(`.links-from > [data-query="${queries[entry]}"]`) ?? null;
  const point = (spot: { row: number; column: number } | null) => {
    const box = spot && row(spot.row)?.getBoundingClientRect();
    if (box) showTip(box, [text(spot.row, spot.column + skipped)], true);
    else hideTip();
  };
  useEffect(() => hideTip, []);
  const cell = ({ row: from, column }: { row: number; column: number }): Cell => ({
    query: queries[from],
    position: queries[from],
    key: keys[column + skipped],
  });
  const pinnedKey = entryOf(keys, pin?.key);
  return (
    <GridKeys
      label={label}
      rows={queries.length}
      columns={keys.length - skipped}
      upward={false}
      pinned={{ row: query, column: pinnedKey == null ? null : pinnedKey - skipped }}
      text={(from, column) => text(from, column + skipped)}
      onMove={(spot) => setPart(selection, cell(spot))}
      onToggle={(spot) => togglePart(selection, cell(spot))}
      onFurther={(spot) => clickPart(selection, cell(spot), BESIDE)}
      onFocus={point}
      place={(spot) => row(spot.row)?.getBoundingClientRect() ?? null}
    >
      {/* The keyboard twin of these pointer events is the cell of GridKeys. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div
        ref={host}
        className="link-lines"
        onPointerOver={(event) => selection.setHover(partAt(event.target))}
        onPointerLeave={() => selection.setHover(null)}
        onClick={(event) => {
          const part = partAt(event.target);
          if (!part) return;
          clickPart(selection, part.query == null ? { query: queries[query], key: part.key } : part, event);
        }}
      >
        <div className="links-from">
          {queries.map((position, entry) => (
            <div key={position} data-query={position} className={entry === query ? "pinned" : undefined}>
              <TokenName token={tokenAt(attention, position)} other={others[position]} max={12} />
              <span className="ink-3">{position}</span>
            </div>
          ))}
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${rows * ROW}`} height={rows * ROW} preserveAspectRatio="none">
          {drawn.map((link) => (
            <path
              key={`${link.query} ${link.key}`}
              d={curveBetween(link.query, link.key)}
              data-query={queries[link.query]}
              data-key={keys[link.key]}
              className={link.query === query ? "pinned" : undefined}
              stroke={colour(link.weight, link.query === query)}
              strokeWidth={thickness(link.weight, most)}
            />
          ))}
        </svg>
        <div className="links-to">
          {keys.map((position, entry) => (
            <div key={position} data-key={position} className={entry < skipped ? "left-out" : undefined}>
              <TokenName token={tokenAt(attention, position)} other={others[position]} max={12} />
              <span className="ink-3">{position}</span>
              <span className="links-value">{weights.has(entry) && numberText(quantity, weights.get(entry))}</span>
            </div>
          ))}
        </div>
      </div>
    </GridKeys>
  );
}

/** The part of the model that an element stands for: a token that looks, one looked at, or a link. */
function partAt(target: EventTarget | null): Cell | null {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-query], [data-key]") : null;
  if (!element) return null;
  const { query, key } = element.dataset;
  if (query === undefined) return { key: Number(key), position: Number(key) };
  return { query: Number(query), position: Number(query), ...(key === undefined ? {} : { key: Number(key) }) };
}
