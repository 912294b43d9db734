import { useCallback, useMemo } from "react";
import type { Mark } from "../../charts/layout";
import { headThumbnails, type MatrixOptions, type ThumbnailInput } from "../../charts/matrix";
import { t } from "../../ui/i18n";
import { tokenText } from "../../ui/tokenText";
import { entryOf, labels } from "../result";
import type { Cell, ResultDocument, SelectionStore } from "../types";
import { CanvasGrid } from "./CanvasGrid";
import { patternsOf, rankHeads, strongestOf, tokenAt, type Attention, type HeadScore } from "./patterns";
import { numberText } from "./quantity";

export type HeadOrder = "layer" | HeadScore;

/** Ranked heads stand below one another; a canvas cannot be longer than this. */
export const RANKED = 200;

/** Widths of a thumbnail with its gap, and of the names left of them. */
const TILE = 40;
const NAMES = { layer: 28, ranked: 88 };

interface HeadThumbnailsProps {
  document: ResultDocument;
  attention: Attention;
  order: HeadOrder;
  selection: SelectionStore;
}

/** Where each head stands: layers up and heads across, or one below the other by a score. Entries, not numbers. */
interface Places {
  rows: number;
  columns: number;
  input: ThumbnailInput;
  headAt: (row: number, column: number) => { layer: number; head: number };
  place: (layer: number | null, head: number | null) => Mark | null;
}

function byLayer(document: ResultDocument, attention: Attention): Places {
  const [rows, columns] = [attention.layers.length, attention.heads.length];
  return {
    rows,
    columns,
    input: {
      patterns: patternsOf(attention),
      layerLabels: labels(document, "layer", rows),
      headLabels: labels(document, "head", columns),
    },
    headAt: (layer, head) => ({ layer, head }),
    place: (row, column) => (row == null ? null : { row, column }),
  };
}

function byScore(attention: Attention, score: HeadScore): Places {
  // Row 0 is at the bottom.
  const ranked = rankHeads(attention, score).slice(0, RANKED).reverse();
  const patterns = patternsOf(attention);
  const { layers, heads } = attention;
  return {
    rows: ranked.length,
    columns: 1,
    input: {
      patterns: {
        ...patterns,
        layers: ranked.length,
        heads: 1,
        weight: (row, _, query, key) => patterns.weight(ranked[row].layer, ranked[row].head, query, key),
      },
      layerLabels: ranked.map(({ layer, head, value }) => `${layers[layer]}.${heads[head]}  ${value.toFixed(2)}`),
      headLabels: [t("kinds.heads.column")],
    },
    headAt: (row) => ranked[row],
    place: (layer, head) => {
      const row = ranked.findIndex((one) => one.layer === layer && one.head === head);
      return row < 0 ? null : { row, column: 0 };
    },
  };
}

/** A thumbnail of every head, by layer or by a score. */
export function HeadThumbnails({ document, attention, order, selection }: HeadThumbnailsProps) {
  const { layers, heads, queries, keys, quantity } = attention;
  const places = useMemo(
    () => (order === "layer" ? byLayer(document, attention) : byScore(attention, order)),
    [document, attention, order],
  );
  const create = useCallback(
    (element: HTMLElement, data: ThumbnailInput, handlers: MatrixOptions) => headThumbnails(element, data, handlers),
    [],
  );
  const name = ({ layer, head }: { layer: number; head: number }) => `${layers[layer]}.${heads[head]}`;
  const strongest = ({ layer, head }: { layer: number; head: number }) => {
    const link = strongestOf(attention, layer, head);
    if (!link) return t("kinds.matrices.noLink");
    const spot = (position: number) => `${tokenText(tokenAt(attention, position), 16)} ${position}`;
    return t("kinds.matrices.strongest", {
      from: spot(queries[link.query]),
      to: spot(keys[link.key]),
      value: numberText(quantity, link.weight),
    });
  };
  return (
    <div
      className={order === "layer" ? "thumbnails" : "thumbnails ranked"}
      style={{ flexBasis: NAMES[order === "layer" ? "layer" : "ranked"] + places.columns * TILE }}
    >
      <CanvasGrid
        label={t("kinds.matrices.thumbnails")}
        create={create}
        data={places.input}
        rows={places.rows}
        columns={places.columns}
        selection={selection}
        toCell={({ row, column }) => {
          if (row == null) return column == null ? {} : { head: heads[column] };
          if (column == null) return { layer: layers[places.headAt(row, 0).layer] };
          const { layer, head } = places.headAt(row, column);
          return { layer: layers[layer], head: heads[head] };
        }}
        toMark={(cell: Cell) => places.place(entryOf(layers, cell.layer), entryOf(heads, cell.head))}
        text={(row, column) => {
          const head = places.headAt(row, column);
          return t("kinds.matrices.cell", { head: name(head), strongest: strongest(head) });
        }}
        tip={({ row, column }) => {
          if (row == null || column == null) return null;
          const head = places.headAt(row, column);
          return [t("kinds.heads.head", { head: name(head) }), strongest(head)];
        }}
      />
    </div>
  );
}
