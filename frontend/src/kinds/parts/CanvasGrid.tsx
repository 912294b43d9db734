import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from "react";
import type { GridChart, GridOptions } from "../../charts/grid";
import type { Mark } from "../../charts/layout";
import type { Pin } from "../../charts/marks";
import { setPart, togglePart } from "../selection";
import type { Cell, SelectionStore } from "../types";
import "./grid.css";
import { GridKeys } from "./GridKeys";
import { clickPart, letterOf, usePins, type Pins } from "./pins";

type Handlers = Pick<GridOptions, "onHover" | "onPin" | "onView" | "tip">;

interface Chart<Data> extends Omit<GridChart, "update"> {
  update: (data: Data, changed?: never) => void;
}

/** What a grid can be told from outside. */
export type GridHandle = Pick<GridChart, "zoom" | "redraw">;

export interface CanvasGridProps<Data> {
  label: string;
  /** Makes the chart; a module-level function or a callback that changes when the chart must be made anew. */
  create: (element: HTMLElement, data: Data, handlers: Handlers) => Chart<Data>;
  data: Data;
  rows: number;
  columns: number;
  upward?: boolean;
  selection: SelectionStore;
  /** The cell of the model that a mark stands for, and back. */
  toCell: (mark: Mark) => Cell;
  toMark: (cell: Cell) => Mark | null;
  text: (row: number, column: number) => string;
  tip: (mark: Mark) => readonly string[] | null;
  /** Positions run across: Shift extends a range of them. Gives the position of a column and back. */
  range?: { position: (column: number) => number; column: (position: number) => number | null };
  onView?: GridOptions["onView"];
  /** A key that the grid has no use for. Returns whether it was used. */
  onKey?: (key: string) => boolean;
  /** The space bar on a cell, which otherwise pins like Enter. */
  onSpace?: (spot: { row: number; column: number }) => void;
  ref?: Ref<GridHandle>;
}

/** How much a key enlarges. */
const ENLARGE = 1.4;
const ZOOM: Record<string, number | "fit"> = { "+": ENLARGE, "=": ENLARGE, "-": 1 / ENLARGE, "0": "fit" };

/** What a click says that sets a further pin. */
const BESIDE = { metaKey: true, ctrlKey: false };

/** Pins that stand for a place of the grid, with their letters. */
function marksOf(pins: Pins, place: (cell: Cell) => Mark | null): Pin[] {
  return [pins.pin, ...pins.also].flatMap((cell, i) => {
    const mark = cell && place(cell);
    return mark ? [{ ...mark, letter: letterOf(pins, i) }] : [];
  });
}

/** A canvas chart in React: made once, updated when its data change, highlighted without rendering. */
export function CanvasGrid<Data>({ ref, ...props }: CanvasGridProps<Data>) {
  const { create, data, rows, columns, upward = true, selection, toCell, toMark, text, range } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart<Data> | null>(null);
  const focus = useRef<Mark | null>(null);
  const latest = useRef(props);
  const drawn = useRef(data);
  const lay = useRef<(() => void) | null>(null);
  const [ready, setReady] = useState(0);
  const pins = usePins(selection);
  useLayoutEffect(() => {
    latest.current = props;
  });
  useImperativeHandle(
    ref,
    () => ({ zoom: (...how) => chart.current?.zoom(...how), redraw: () => chart.current?.redraw() }),
    [],
  );

  useLayoutEffect(() => {
    if (!host.current) return undefined;
    const part = (mark: Mark) => latest.current.toCell(mark);
    let frame: number | null = null;
    drawn.current = latest.current.data;
    const made = create(host.current, drawn.current, {
      onHover: (mark) => latest.current.selection.setHover(mark && part(mark)),
      onPin: (mark, gesture) => {
        const { range: across, selection: store } = latest.current;
        const from = store.get().pin?.position;
        if (gesture.shiftKey && across && from != null && mark.column != null)
          store.setRange([from, across.position(mark.column)]);
        else clickPart(store, part(mark), gesture);
      },
      onView: (view) => {
        latest.current.onView?.(view);
        frame ??= requestAnimationFrame(() => {
          frame = null;
          lay.current?.();
        });
      },
      tip: (mark) => latest.current.tip(mark),
    });
    chart.current = made;
    setReady((n) => n + 1);
    return () => {
      chart.current = null;
      if (frame !== null) cancelAnimationFrame(frame);
      made.destroy();
    };
  }, [create]);

  useLayoutEffect(() => {
    if (drawn.current === data) return;
    drawn.current = data;
    chart.current?.update(data);
  }, [data]);

  const mark = useCallback(() => {
    const { pin, also = [], hover, range: chosen } = latest.current.selection.get();
    const { toMark: place, range: across } = latest.current;
    const [from, to] = chosen && across ? chosen.map((position) => across.column(position)) : [null, null];
    chart.current?.highlight({
      hover: hover && place(hover),
      pins: marksOf({ pin, also }, place),
      range: from != null && to != null ? [from, to] : null,
      focus: focus.current,
    });
  }, []);

  useEffect(() => {
    mark();
    return selection.subscribe(mark);
  }, [selection, data, ready, mark]);

  function onFocus(spot: Mark | null) {
    focus.current = spot;
    if (spot) chart.current?.reveal(spot);
    chart.current?.point(spot);
    mark();
  }

  const pinned = pins.pin && toMark(pins.pin);
  const [row, column] = [pinned?.row ?? null, pinned?.column ?? null];
  useEffect(() => {
    if (row != null || column != null) chart.current?.reveal({ row, column });
  }, [row, column, ready]);

  function onKey(key: string): boolean {
    if (!(key in ZOOM)) return props.onKey?.(key) ?? false;
    chart.current?.zoom(ZOOM[key], focus.current ?? pinned);
    return true;
  }

  return (
    <GridKeys
      label={props.label}
      rows={rows}
      columns={columns}
      upward={upward}
      pinned={pinned}
      isPinned={(spot) => marksOf(pins, toMark).some((pin) => pin.row === spot.row && pin.column === spot.column)}
      text={text}
      onMove={(spot) => setPart(selection, toCell(spot))}
      onToggle={(spot) => togglePart(selection, toCell(spot))}
      onFurther={(spot) => clickPart(selection, toCell(spot), BESIDE)}
      onRange={range && ((from, to) => selection.setRange([range.position(from), range.position(to)]))}
      onKey={onKey}
      onSpace={props.onSpace}
      onFocus={onFocus}
      place={(spot) => chart.current?.place(spot) ?? null}
      lay={lay}
    >
      <div ref={host} className="chart" />
    </GridKeys>
  );
}
