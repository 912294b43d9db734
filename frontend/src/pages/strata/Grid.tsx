import { useCallback, useLayoutEffect, useRef, type ReactNode, type RefObject } from "react";
import type { CellDrag } from "../../charts/grid";
import type { Mark } from "../../charts/layout";
import type { GridData } from "../../charts/paint";
import { strataGrid, type StrataGridOptions } from "../../charts/strataGrid";
import { CanvasGrid, type GridHandle } from "../../kinds/parts/CanvasGrid";
import type { Places } from "../../kinds/parts/gridModel";
import type { ViewStore } from "../../kinds/parts/gridView";
import { useCoarse } from "../../kinds/parts/useCoarse";
import { entryOf } from "../../kinds/result";
import type { PanelRuns } from "../../panels/panelRuns";

interface GridProps {
  label: string;
  data: GridData;
  runs: PanelRuns;
  places: Places;
  text: (row: number, column: number) => string;
  tip: StrataGridOptions["tip"];
  view: ViewStore;
  grid: RefObject<GridHandle | null>;
  onKey: (key: string) => boolean;
  /** The name of a row was pressed, or the space bar on one of its cells. */
  onRow: (rowIndex: number) => void;
  /** What a drag from a cell carries, if not all cells. */
  onDrag: (from: Mark) => CellDrag | null;
  children: ReactNode;
}

/** The grid itself: names of rows open layers, and what stands between rows pins its token. */
export function Grid({ data, runs, places, view, grid, onRow, onDrag, children, ...props }: GridProps) {
  const { selection } = runs;
  const touch = useCoarse();
  const open = useRef(onRow);
  const drag = useRef(onDrag);
  const at = useRef(places);
  useLayoutEffect(() => {
    [open.current, drag.current, at.current] = [onRow, onDrag, places];
  });
  const large = data.pooled !== undefined;
  const create = useCallback(
    (element: HTMLElement, first: GridData, handlers: StrataGridOptions) =>
      strataGrid(element, first, {
        ...handlers,
        touch,
        fitted: large,
        onHover(mark) {
          // Over the pinned cell the pointer says that it can be dragged.
          element.classList.toggle("carries", mark !== null && drag.current(mark) !== null);
          handlers.onHover?.(mark);
        },
        onDrag: (from) => drag.current(from),
        onName: (row) => open.current(at.current.rowIndices[row]),
        onBetween: ({ row, column }) => {
          const { rowIndices, positions } = at.current;
          selection.setPin({ ...selection.get().pin, row: rowIndices[row], position: positions[column] });
        },
      }),
    // Blocks come later than the cells: what begins with all of them in the frame is made anew.
    [touch, selection, large],
  );
  return (
    <div className="strata-grid">
      <div className="strata-frame">
        <CanvasGrid
          {...props}
          tip={(mark) => props.tip?.(mark) ?? null}
          create={create}
          data={data}
          rows={places.rows}
          columns={places.columns}
          selection={selection}
          toCell={places.toCell}
          toMark={places.toMark}
          range={{
            position: (column) => places.positions[column],
            column: (found) => entryOf(places.positions, found),
          }}
          onView={view.report}
          onSpace={({ row }) => onRow(places.rowIndices[row])}
          ref={grid}
        />
        {children}
      </div>
    </div>
  );
}
