import { useCallback, useMemo } from "react";
import type { Mark } from "../charts/layout";
import { headThumbnails, type MatrixOptions, type ThumbnailInput } from "../charts/matrix";
import { t } from "../ui/i18n";
import { forScale, probability } from "../ui/numbers";
import { tokenText } from "../ui/tokenText";
import { CanvasGrid } from "./parts/CanvasGrid";
import { EnlargedMatrix } from "./parts/EnlargedMatrix";
import { KindFrame } from "./parts/KindFrame";
import { capital } from "./parts/quantity";
import { attentionOf } from "./parts/patterns";
import { array, chosen, countLine, entryOf, labels } from "./result";
import { usePin } from "./selection";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";

/** One matrix per head: a thumbnail for each, one enlarged, and what its pinned query looks at. */
export default function HeadMatrices(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure props={props} quantity={quantity} />;
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact } = props;
  const made = useMemo(() => attentionOf(document, quantity), [document, quantity]);
  const { values, patterns, layers, heads, limits } = made;
  const pin = usePin(selection);
  const layer = entryOf(layers, pin?.layer) ?? made.first[0];
  const head = (pin?.layer == null ? null : entryOf(heads, pin.head)) ?? made.first[1];
  const several = patterns.layers * patterns.heads > 1;
  const input = useMemo<ThumbnailInput>(
    () => ({
      patterns,
      layerLabels: labels(document, "layer", patterns.layers),
      headLabels: labels(document, "head", patterns.heads),
    }),
    [document, patterns],
  );
  const create = useCallback(
    (element: HTMLElement, data: ThumbnailInput, handlers: MatrixOptions) => headThumbnails(element, data, handlers),
    [],
  );
  const name = (row: number, column: number) => `${layers[row]}.${heads[column]}`;
  const strongest = (row: number, column: number) => {
    const [queries, keys] = patterns.size;
    let [query, key] = [0, 0];
    for (let q = 0; q < queries; q++) {
      for (let k = 0; k < (patterns.causal ? q + 1 : keys); k++) {
        if (k > 0 && patterns.weight(row, column, q, k) > patterns.weight(row, column, query, key))
          [query, key] = [q, k];
      }
    }
    return t("kinds.matrices.strongest", {
      from: `${tokenText(made.tokens[query], 16)} ${query}`,
      to: `${tokenText(made.tokens[key], 16)} ${key}`,
      value: forScale(quantity.scale, patterns.weight(row, column, query, key)),
    });
  };
  const held = document.result.facts?.first_token_share;
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={limits}
      notes={[
        countLine(document, ["layer", "head"], values.shape),
        patterns.root && several && t("kinds.matrices.root"),
        typeof held === "number" && t("kinds.matrices.held", { share: probability(held, 2) }),
      ]}
    >
      <div className="head-matrices">
        {several && (
          <CanvasGrid
            label={describe(document)}
            create={create}
            data={input}
            rows={patterns.layers}
            columns={patterns.heads}
            selection={selection}
            toCell={({ row, column }) => ({
              ...(row == null ? {} : { layer: layers[row] }),
              ...(column == null ? {} : { head: heads[column] }),
            })}
            toMark={(cell: Cell): Mark | null => {
              const row = entryOf(layers, cell.layer);
              return row == null ? null : { row, column: entryOf(heads, cell.head) };
            }}
            text={(row, column) =>
              t("kinds.matrices.cell", { head: name(row, column), strongest: strongest(row, column) })
            }
            tip={({ row, column }) =>
              row == null || column == null
                ? null
                : [t("kinds.heads.head", { head: name(row, column) }), strongest(row, column)]
            }
          />
        )}
        {!compact && (
          <EnlargedMatrix quantity={quantity} attention={made} layer={layer} head={head} selection={selection} />
        )}
      </div>
    </KindFrame>
  );
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const [layers, heads, queries] = array(document, quantity.name).shape;
  return t("kinds.matrices.describe", { quantity: capital(quantity.label), heads: layers * heads, tokens: queries });
}

const TABLE_LEAST = 0.05;
const TABLE_MOST = 20_000;

/** Links of every head at or above a threshold: whole matrices would be too many rows to read. */
export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  if (!quantity) return { columns: [], rows: [] };
  const { values, layers, heads, tokens } = attentionOf(document, quantity);
  const [, headCount, queries, keys] = values.shape;
  const rows: (string | number | null)[][] = [];
  for (let flat = 0; flat < values.data.length && rows.length < TABLE_MOST; flat++) {
    const value = values.data[flat];
    if (!(Math.abs(value) >= TABLE_LEAST)) continue;
    const key = flat % keys;
    const query = Math.floor(flat / keys) % queries;
    const matrixIndex = Math.floor(flat / (keys * queries));
    rows.push([
      layers[Math.floor(matrixIndex / headCount)],
      heads[matrixIndex % headCount],
      query,
      tokenText(tokens[query]),
      key,
      tokenText(tokens[key]),
      value,
    ]);
  }
  const numeric = (name: string) => ({ name, label: name, numeric: true });
  const text = (name: string, label: string) => ({ name, label, numeric: false });
  return {
    columns: [
      numeric("layer"),
      numeric("head"),
      numeric("query"),
      text("query_token", t("kinds.matrices.queryToken")),
      numeric("key"),
      text("key_token", t("kinds.matrices.keyToken")),
      {
        name: "weight",
        label: t("kinds.matrices.atLeast", { quantity: quantity.label, least: TABLE_LEAST }),
        numeric: true,
      },
    ],
    rows,
  };
}
