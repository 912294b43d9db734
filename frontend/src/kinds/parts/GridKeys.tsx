import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from "react";
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
  /** The space bar, where it has a meaning of its own. */
  onSpace?: (spot: Spot) => void;
  /** Shift and Enter: a further pin. */
  onFurther?: (spot: Spot) => void;
  /** Whether a cell is pinned, where several may be. */
  isPinned?: (spot: Spot) => boolean;
  /** Shift and an arrow, from column to column. */
  onRange?: (from: number, to: number) => void;
  /** Any other key. Returns whether it was used. */
  onKey?: (key: string) => boolean;
  /** The cell that has the keyboard's focus, or none. */
  onFocus: (spot: Spot | null) => void;
  /** Where a cell is on the screen. */
  place?: (spot: Spot) => DOMRect | null;
  /** Holds what lays the cell over the drawn one again, for a figure that moves by itself. */
  lay?: Ref<() => void>;
  /** The figure, which assistive technology does not read. */
  children: ReactNode;
}

const PAGE = 4;

const NAMED: readonly string[] = ["Enter", " "];

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
 * Arrows, Home, End, Page Up and Page Down move the pin; Shift extends a range; Enter pins and unpins. With ⌘ or Ctrl the
 * focus moves and the pin stays; Shift and Enter set a further pin there.
 */
export function GridKeys(props: GridKeysProps) {
  const { label, rows, columns, upward, pinned, text, onMove, onToggle, onFurther, onRange, onFocus, place, lay } =
    props;
  const [own, setOwn] = useState<Spot>({ row: upward ? rows - 1 : 0, column: columns - 1 });
  const [strayed, setStrayed] = useState(false);
  const [anchor, setAnchor] = useState<number | null>(null);
  const cell = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const clicked = useRef(false);
  const home = strayed ? null : pinned;
  const spot = {
    row: Math.max(0, Math.min(rows - 1, home?.row ?? own.row)),
    column: Math.max(0, Math.min(columns - 1, home?.column ?? own.column)),
  };
  const { row, column } = spot;
  const selected = props.isPinned?.(spot) ?? (pinned?.row === row && pinned.column === column);

  const layOver = () => {
    const rect = place?.({ row, column });
    const box = host.current?.getBoundingClientRect();
    if (!rect || !box || !cell.current) return;
    const within = (offset: number, room: number) => Math.max(0, Math.min(room, offset));
    Object.assign(cell.current.style, {
      left: `${within(rect.left - box.left, box.width - rect.width)}px`,
      top: `${within(rect.top - box.top, box.height - rect.height)}px`,
      width: `${rect.width}px`,
      height: `${rect.height}px`,
    });
  };
  useEffect(layOver);
  useImperativeHandle(lay, () => layOver);

  function go(next: Spot, key: KeyboardEvent) {
    const alone = key.metaKey || key.ctrlKey;
    if (key.shiftKey && onRange && next.row === spot.row) {
      const from = anchor ?? spot.column;
      setAnchor(from);
      onRange(from, next.column);
    } else setAnchor(null);
    setOwn(next);
    setStrayed(alone);
    if (!alone) onMove(next);
    onFocus(next);
    announce(text(next.row, next.column));
  }

  /** Whether the key was used. */
  function used(event: KeyboardEvent): boolean {
    if (event.altKey) return false;
    const next = moved(event.key, spot, props);
    if (next) {
      go(next, event);
      return true;
    }
    if (event.metaKey || event.ctrlKey) return false;
    if (!NAMED.includes(event.key)) return props.onKey?.(event.key) ?? false;
    if (event.key === " " && props.onSpace) props.onSpace(spot);
    else if (event.shiftKey && onFurther) onFurther(spot);
    else onToggle(spot);
    return true;
  }

  function takeFocus() {
    clicked.current = true;
    cell.current?.focus({ preventScroll: true });
    clicked.current = false;
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
          aria-selected={selected}
          onKeyDown={(event) => {
            if (used(event)) event.preventDefault();
          }}
          onFocus={(event) => !clicked.current && event.currentTarget.matches(":focus-visible") && onFocus(spot)}
          onBlur={() => {
            setAnchor(null);
            setStrayed(false);
            onFocus(null);
          }}
        >
          {rows > 0 && columns > 0 ? text(row, column) : ""}
        </div>
      </div>
      {/* The keys work after a click, too; the focus shows once they are used. */}
      <div aria-hidden="true" className="grid-figure" onClick={takeFocus}>
        {props.children}
      </div>
    </div>
  );
}
