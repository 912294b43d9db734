import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { GridChart, GridOptions } from "../../charts/grid";
import type { Mark } from "../../charts/layout";
import { setPart, togglePart, usePin } from "../selection";
import type { Cell, SelectionStore } from "../types";
import { GridKeys } from "./GridKeys";

type Handlers = Pick<GridOptions, "onHover" | "onPin" | "onView" | "tip">;

interface Chart<Data> extends Omit<GridChart, "update"> {
  update: (data: Data, changed?: never) => void;
}

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
  onView?: (first: number, last: number, overflow: boolean) => void;
}

/** A canvas chart in React: made once, updated when its data change, highlighted without rendering. */
export function CanvasGrid<Data>(props: CanvasGridProps<Data>) {
  const { create, data, rows, columns, upward = true, selection, toCell, toMark, text, range } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart<Data> | null>(null);
  const focus = useRef<Mark | null>(null);
  const latest = useRef(props);
  const drawn = useRef(data);
  const [ready, setReady] = useState(0);
  const pin = usePin(selection);
  useLayoutEffect(() => {
    latest.current = props;
  });

  useLayoutEffect(() => {
    if (!host.current) return undefined;
    const part = (mark: Mark) => latest.current.toCell(mark);
    drawn.current = latest.current.data;
    const made = create(host.current, drawn.current, {
      onHover: (mark) => latest.current.selection.setHover(mark && part(mark)),
      onPin: (mark, { extend }) => {
        const { range: across, selection: store } = latest.current;
        const from = store.get().pin?.position;
        if (extend && across && from != null && mark.column != null)
          store.setRange([from, across.position(mark.column)]);
        else togglePart(store, part(mark));
      },
      onView: (...view) => latest.current.onView?.(...view),
      tip: (mark) => latest.current.tip(mark),
    });
    chart.current = made;
    setReady((n) => n + 1);
    return () => {
      chart.current = null;
      made.destroy();
    };
  }, [create]);

  useLayoutEffect(() => {
    if (drawn.current === data) return;
    drawn.current = data;
    chart.current?.update(data);
  }, [data]);

  const mark = useCallback(() => {
    const { pin: pinned, hover, range: chosen } = latest.current.selection.get();
    const { toMark: place, range: across } = latest.current;
    const pinnedMark = pinned && place(pinned);
    const [from, to] = chosen && across ? chosen.map((position) => across.column(position)) : [null, null];
    chart.current?.highlight({
      hover: hover && place(hover),
      pins: pinnedMark ? [pinnedMark] : [],
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
    if (spot?.column != null) chart.current?.reveal(spot.column);
    chart.current?.point(spot);
    mark();
  }

  const pinned = pin && toMark(pin);
  const column = pinned?.column ?? null;
  useEffect(() => {
    if (column != null) chart.current?.reveal(column);
  }, [column, ready]);

  return (
    <GridKeys
      label={props.label}
      rows={rows}
      columns={columns}
      upward={upward}
      pinned={pinned}
      text={text}
      onMove={(spot) => setPart(selection, toCell(spot))}
      onToggle={(spot) => togglePart(selection, toCell(spot))}
      onRange={range && ((from, to) => selection.setRange([range.position(from), range.position(to)]))}
      onFocus={onFocus}
      place={(spot) => chart.current?.place(spot) ?? null}
    >
      <div ref={host} className="chart" />
    </GridKeys>
  );
}
