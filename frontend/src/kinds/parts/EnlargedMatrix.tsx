import { useMemo } from "react";
import type { Bar } from "../../charts/bars";
import { matrix, matrixSteps, type MatrixOptions } from "../../charts/matrix";
import type { GridData } from "../../charts/paint";
import { t } from "../../ui/i18n";
import { forScale } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import { togglePart, usePin } from "../selection";
import type { Quantity, SelectionStore } from "../types";
import { CanvasGrid } from "./CanvasGrid";
import { barColour } from "./colour";
import type { Attention } from "./patterns";
import { useBars } from "./useBars";

const LISTED = 5;

interface EnlargedMatrixProps {
  quantity: Quantity;
  attention: Attention;
  /** Entries of the layer and the head, not their numbers. */
  layer: number;
  head: number;
  selection: SelectionStore;
}

const createMatrix = (element: HTMLElement, data: GridData, handlers: MatrixOptions) => matrix(element, data, handlers);

/** One head at full size: rows look, columns are looked at. */
export function EnlargedMatrix({ quantity, attention, layer, head, selection }: EnlargedMatrixProps) {
  const { patterns, tokens } = attention;
  const [queries, keys] = patterns.size;
  const pin = usePin(selection);
  const query = Math.min(queries - 1, pin?.query ?? pin?.position ?? queries - 1);
  const data = useMemo<GridData>(() => {
    const linear = { ...patterns, root: false };
    return {
      rows: queries,
      columns: keys,
      scale: patterns.scale,
      steps: matrixSteps(linear, layer, head),
      rowLabels: Array.from({ length: queries }, (_, i) => (queries <= 24 ? tokenText(tokens[i], 9) : String(i))),
      columnIndices: Array.from({ length: keys }, (_, i) => String(i)),
    };
  }, [patterns, tokens, queries, keys, layer, head]);
  const weight = (q: number, k: number) => forScale(quantity.scale, patterns.weight(layer, head, q, k));
  const spot = (i: number) => `${tokenText(tokens[i], 16)} ${i}`;
  const title = `${attention.layers[layer]}.${attention.heads[head]}`;
  const list = useMemo(() => {
    const last = patterns.causal ? Math.min(query, keys - 1) : keys - 1;
    const all = Array.from({ length: last + 1 }, (_, key) => ({
      key,
      value: patterns.weight(layer, head, query, key),
    }));
    const known = all
      .filter(({ value }) => !Number.isNaN(value))
      .sort((one, two) => Math.abs(two.value) - Math.abs(one.value));
    const shown = known.slice(0, LISTED).map(({ key, value }): Bar => ({
      id: key,
      name: tokenText(tokens[key], 16),
      detail: String(key),
      value,
      text: forScale(quantity.scale, value),
      colour: barColour(quantity.scale, value),
    }));
    return { shown, total: last + 1 };
  }, [patterns, tokens, quantity, keys, layer, head, query]);
  const host = useBars(list.shown, selection, () => ({ hover: selection.get().hover?.key ?? null, pins: [] }), {
    onHover: (key) => selection.setHover(key == null ? null : { query, key, position: key }),
    onPin: (key) => togglePart(selection, { query, key }),
  });
  return (
    <div className="enlarged">
      <div className="enlarged-matrix">
        <h4>{t("kinds.matrices.title", { head: title })}</h4>
        <CanvasGrid
          label={t("kinds.matrices.label", { head: title })}
          create={createMatrix}
          data={data}
          rows={queries}
          columns={keys}
          upward={false}
          selection={selection}
          toCell={({ row, column }) => ({
            ...(row == null ? {} : { query: row, position: row }),
            ...(column == null ? {} : { key: column }),
          })}
          toMark={(cell) => {
            const row = cell.query ?? cell.position ?? null;
            return row == null && cell.key == null
              ? null
              : { row, column: cell.query == null ? null : (cell.key ?? null) };
          }}
          text={(q, k) => t("kinds.matrices.link", { from: spot(q), to: spot(k), value: weight(q, k) })}
          tip={({ row, column }) =>
            row == null || column == null || (patterns.causal && column > row)
              ? null
              : [`${spot(row)} → ${spot(column)}`, `${quantity.label} ${weight(row, column)}`]
          }
        />
      </div>
      <div className="enlarged-list">
        <h4>{t("kinds.matrices.from", { from: spot(query) })}</h4>
        <div ref={host} aria-hidden="true" />
        <p className="xs ink-3">{t("kinds.matrices.keys", { shown: list.shown.length, total: list.total })}</p>
      </div>
    </div>
  );
}
