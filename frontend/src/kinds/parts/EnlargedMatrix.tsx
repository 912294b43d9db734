import { useMemo, useRef, type RefObject } from "react";
import { matrix, type MatrixOptions } from "../../charts/matrix";
import type { GridData } from "../../charts/paint";
import { t } from "../../ui/i18n";
import { tokenText } from "../../ui/tokenText";
import { entryOf } from "../result";
import type { SelectionStore, Token } from "../types";
import { CanvasGrid, type GridHandle } from "./CanvasGrid";
import { useViewStore, type ViewStore } from "./gridView";
import { LinkLines } from "./LinkLines";
import { LookedAt } from "./LookedAt";
import { clippedOf, stepsOf, tokenAt, type Attention } from "./patterns";
import { numberText } from "./quantity";
import { ZoomControls } from "./ZoomControls";

export type MatrixView = "matrix" | "lines";

interface EnlargedMatrixProps {
  attention: Attention;
  /** Entries of the layer, the head and the pinned query, not their numbers. */
  layer: number;
  head: number;
  query: number;
  view: MatrixView;
  /** Links below this size are drawn as nothing. */
  least: number;
  others: readonly (Token | null)[];
  selection: SelectionStore;
  /** Whether what the query looks at is listed beside. */
  listed: boolean;
}

/** Up to so many rows are named by the start of their tokens; more have room for numbers only. */
const NAMED = 24;
const NAME = 6;
/** A text of more tokens is looked at in parts. */
const LONG = 64;

const createMatrix = (element: HTMLElement, data: GridData, handlers: MatrixOptions) => matrix(element, data, handlers);

/** One head at full size, and what its pinned query looks at. Rows look, columns are looked at. */
export function EnlargedMatrix(props: EnlargedMatrixProps) {
  const { attention, layer, head, view } = props;
  const { layers, heads, queries, keys, quantity, weight } = attention;
  const name = `${layers[layer]}.${heads[head]}`;
  const spot = (position: number) => `${tokenText(tokenAt(attention, position), 16)} ${position}`;
  const text = (query: number, key: number) =>
    t(attention.causal && keys[key] > queries[query] ? "kinds.matrices.masked" : "kinds.matrices.link", {
      from: spot(queries[query]),
      to: spot(keys[key]),
      value: numberText(quantity, weight(layer, head, query, key)),
    });
  const label = t("kinds.matrices.label", { head: name });
  const grid = useRef<GridHandle | null>(null);
  const zoom = useViewStore();
  return (
    <div className={view === "lines" ? "enlarged lines" : "enlarged"}>
      <div className="enlarged-matrix">
        <div className="enlarged-head">
          <h4>
            <span className="enlarged-name">{t("kinds.matrices.title", { head: name })}</span>{" "}
            {t("kinds.matrices.axes")}
          </h4>
          {view === "matrix" && <ZoomControls view={zoom} grid={grid} compact={false} />}
        </div>
        {view === "lines" ? (
          <LinkLines {...props} label={label} text={text} />
        ) : (
          <Matrix {...props} label={label} text={text} grid={grid} zoom={zoom} />
        )}
      </div>
      {props.listed && <LookedAt {...props} />}
    </div>
  );
}

interface MatrixProps extends EnlargedMatrixProps {
  label: string;
  text: (query: number, key: number) => string;
  grid: RefObject<GridHandle | null>;
  zoom: ViewStore;
}

function Matrix({ attention, layer, head, least, selection, label, text, grid, zoom }: MatrixProps) {
  const { queries, keys, skipped, quantity, causal } = attention;
  const columns = keys.length - skipped;
  const data = useMemo<GridData>(
    () => ({
      rows: queries.length,
      columns,
      scale: quantity.scale,
      steps: stepsOf(attention, layer, head, least),
      clipped: clippedOf(attention, layer, head),
      rowLabels: queries.map((position) =>
        queries.length <= NAMED ? tokenText(tokenAt(attention, position), NAME) : String(position),
      ),
      columnIndices: keys.slice(skipped).map(String),
    }),
    [attention, layer, head, least, queries, keys, columns, skipped, quantity],
  );
  return (
    <CanvasGrid
      label={label}
      create={createMatrix}
      data={data}
      rows={queries.length}
      columns={columns}
      upward={false}
      selection={selection}
      ref={grid}
      // All of a long text fits at first, in cells too small to be pointed at.
      onView={(shown) => zoom.report({ ...shown, zoomable: shown.zoomable || queries.length > LONG })}
      toCell={({ row, column }) => ({
        ...(row == null ? {} : { query: queries[row], position: queries[row] }),
        ...(column == null ? {} : { key: keys[column + skipped] }),
      })}
      toMark={(cell) => {
        const row = entryOf(queries, cell.query ?? (cell.key == null ? cell.position : null));
        const key = entryOf(keys, cell.key);
        const column = key == null || key < skipped ? null : key - skipped;
        return row == null && column == null ? null : { row, column };
      }}
      text={(row, column) => text(row, column + skipped)}
      tip={({ row, column }) =>
        row == null || column == null || (causal && keys[column + skipped] > queries[row])
          ? null
          : [text(row, column + skipped)]
      }
    />
  );
}
