import { useCallback, useRef, type ReactNode } from "react";
import type { GridView } from "../../charts/grid";
import { tokenGrid, type TokenGridOptions } from "../../charts/tokenGrid";
import type { GridData } from "../../charts/paint";
import { t } from "../../ui/i18n";
import { entryOf, find } from "../result";
import type { KindProps, Quantity } from "../types";
import { CanvasGrid, type GridHandle } from "./CanvasGrid";
import type { GridModel } from "./gridModel";
import { useSettledView, useViewStore, type ViewStore } from "./gridView";
import { KindFrame } from "./KindFrame";
import { useCoarse } from "./useCoarse";
import { ZoomControls } from "./ZoomControls";

interface GridFigureProps {
  props: KindProps;
  quantity: Quantity;
  model: GridModel;
  label: string;
  /** Drawn beside the grid, aligned to its rows. */
  margin?: (view: ViewStore) => ReactNode;
}

/** Layers upward, tokens across: the frame, the grid, the controls that zoom it, and what stands beside it. */
export function GridFigure({ props, quantity, model, label, margin }: GridFigureProps) {
  const { selection, compact = false, document, onQuantity } = props;
  const { places } = model;
  const grid = useRef<GridHandle | null>(null);
  const view = useViewStore();
  const settled = useSettledView(view);
  const touch = useCoarse();
  const create = useCallback(
    (element: HTMLElement, data: GridData, handlers: TokenGridOptions) =>
      tokenGrid(element, data, { ...handlers, touch, map: !compact }),
    [touch, compact],
  );
  const window = windowNote(settled, places.positions, touch);
  /** Digits choose the quantity. */
  function onKey(key: string): boolean {
    const names = document.result.quantities.filter(({ name }) => find(document, name)).map(({ name }) => name);
    const name = names[Number(key) - 1];
    if (!onQuantity || name === undefined) return false;
    onQuantity(name);
    return true;
  }
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={model.limits}
      controls={<ZoomControls view={view} grid={grid} compact={compact} />}
      notes={compact && window ? [window] : [window, ...model.notes]}
    >
      <div className="token-grid">
        <CanvasGrid
          label={label}
          create={create}
          data={model.data}
          rows={places.rows}
          columns={places.columns}
          selection={selection}
          toCell={places.toCell}
          toMark={places.toMark}
          text={model.text}
          tip={model.tip}
          range={{
            position: (column) => places.positions[column],
            column: (position) => entryOf(places.positions, position),
          }}
          onView={view.report}
          onKey={onKey}
          ref={grid}
        />
        {!compact && margin?.(view)}
      </div>
    </KindFrame>
  );
}

/** Which columns are in view, and how to reach the others; null when all of them are. */
export function windowNote(view: GridView | null, positions: readonly number[], touch: boolean): string | null {
  if (!view?.overflows) return null;
  const [first, last] = view.columns;
  return t("grid.window", {
    first: positions[first],
    last: positions[last],
    total: positions.length,
    touch: touch ? "yes" : "no",
  });
}
