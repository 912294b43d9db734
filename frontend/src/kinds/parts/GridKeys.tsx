import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Mark } from "../../charts/layout";
import { announce } from "../../ui/live";

interface Spot {
  row: number;
  column: number;
}

export interface GridKeysProps {
  label: string;
  rows: number;
  columns: number;
  /** Row 0 at the bottom. */
  upward: boolean;
  /** What is pinned here; the focus starts and follows there. */
  pinned: Mark | null;
  /** A sentence about a cell. */
  text: (row: number, column: number) => string;
  /** An arrow moved to a cell: pin it. */
  onMove: (spot: Spot) => void;
  /** Enter or space on a cell. */
  onToggle: (spot: Spot) => void;
  /** Shift and an arrow, from column to column. */
  onRange?: (from: number, to: number) => void;
  /** The cell that has the keyboard's focus, or none. */
  onFocus: (spot: Spot | null) => void;
  /** Where a cell is on the screen. */
  place?: (spot: Spot) => DOMRect | null;
  /** The figure, which assistive technology does not read. */
  children: ReactNode;
}

const PAGE = 4;

function moved(key: string, spot: Spot, { rows, columns, upward }: GridKeysProps): Spot | null {
  const up = upward ? 1 : -1;
  const step = {
    ArrowUp: [up, 0],
    ArrowDown: [-up, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [up * PAGE, 0],
    PageDown: [-up * PAGE, 0],
    Home: [0, -columns],
    End: [0, columns],
  }[key];
  if (!step) return null;
  const clamp = (x: number, length: number) => Math.max(0, Math.min(length - 1, x));
  return { row: clamp(spot.row + step[0], rows), column: clamp(spot.column + step[1], columns) };
}

/**
 * The keyboard of a drawn grid. One tab stop: a cell of the document, laid over the drawn one, that mirrors it in words.
 * Arrows, Home, End, Page Up and Page Down move the pin; Shift extends a range; Enter pins and unpins.
 */
export function GridKeys(props: GridKeysProps) {
  const { label, rows, columns, upward, pinned, text, onMove, onToggle, onRange, onFocus, place, children } = props;
  const [own, setOwn] = useState<Spot>({ row: upward ? rows - 1 : 0, column: columns - 1 });
  const [anchor, setAnchor] = useState<number | null>(null);
  const cell = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const spot = {
    row: Math.max(0, Math.min(rows - 1, pinned?.row ?? own.row)),
    column: Math.max(0, Math.min(columns - 1, pinned?.column ?? own.column)),
  };
  const { row, column } = spot;

  useEffect(() => {
    const rect = place?.({ row, column });
    const box = host.current?.getBoundingClientRect();
    if (!rect || !box || !cell.current) return;
    const left = Math.max(0, Math.min(box.width - rect.width, rect.left - box.left));
    Object.assign(cell.current.style, {
      left: `${left}px`,
      top: `${rect.top - box.top}px`,
      width: `${rect.width}px`,
      height: `${rect.height}px`,
    });
  });

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onToggle(spot);
      return;
    }
    const next = moved(event.key, spot, props);
    if (!next) return;
    event.preventDefault();
    if (event.shiftKey && onRange && next.row === spot.row) {
      const from = anchor ?? spot.column;
      setAnchor(from);
      onRange(from, next.column);
    } else setAnchor(null);
    setOwn(next);
    onMove(next);
    onFocus(next);
    announce(text(next.row, next.column));
  }

  return (
    <div ref={host} className="grid-keys" role="grid" aria-label={label} aria-rowcount={rows} aria-colcount={columns}>
      <div role="row" aria-rowindex={upward ? rows - row : row + 1}>
        <div
          ref={cell}
          role="gridcell"
          tabIndex={0}
          className="grid-cell"
          aria-colindex={column + 1}
          aria-selected={pinned?.row === row && pinned.column === column}
          onKeyDown={onKeyDown}
          onFocus={(event) => event.currentTarget.matches(":focus-visible") && onFocus(spot)}
          onBlur={() => {
            setAnchor(null);
            onFocus(null);
          }}
        >
          {rows > 0 && columns > 0 ? text(row, column) : ""}
        </div>
      </div>
      <div aria-hidden="true" className="grid-figure">
        {children}
      </div>
    </div>
  );
}
