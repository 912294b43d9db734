import { useCallback, useMemo, useState } from "react";
import { isDiverging } from "../charts/colour";
import { headGrid, type HeadGridOptions } from "../charts/headGrid";
import type { Mark } from "../charts/layout";
import type { GridData } from "../charts/paint";
import { t } from "../ui/i18n";
import { forScale, interval, probability, signed } from "../ui/numbers";
import { Select } from "../ui/Select";
import { CanvasGrid } from "./parts/CanvasGrid";
import "./parts/headGrid.css";
import { headsOf, headSteps, inBand, sizeIn, sortHeads, sortsOf, type HeadSort } from "./parts/heads";
import { KindFrame, NoteButton } from "./parts/KindFrame";
import { PartsOfTotal } from "./parts/PartsOfTotal";
import { leastText } from "./parts/quantity";
import { RankedHeads } from "./parts/RankedHeads";
import { beyondNotes, markPending, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { Threshold } from "./parts/Threshold";
import { array, at, chosen, entryOf, headLine, labels, unitOf } from "./result";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";

const LISTED = 6;
/** The largest cells, with room for the names of layers. */
const CELL = 34;
const NAMES = 28;
/** Columns share at least this width before the list goes below them. */
const LEAST_WIDTH = 214;

/** As short as a narrow cell: `+1.4`, `.67`. */
const brief = (x: number, sign: boolean) => (sign ? signed(x, 1) : x.toFixed(2).replace(/^0\./, "."));

/** One number per head: layers upward, heads across, and the largest of them listed beside. */
export default function HeadGrid(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure props={props} quantity={quantity} />;
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact, firstToken, limits: shared } = props;
  const made = useMemo(() => headsOf(document, quantity, firstToken, shared), [document, quantity, firstToken, shared]);
  const { values, limits, layers, heads, list } = made;
  const [sort, setSort] = useState<HeadSort | null>(null);
  const [least, setLeast] = useState(0);
  const [all, setAll] = useState(false);
  const sorts = sortsOf(quantity);
  const order = sort && sorts.includes(sort) ? sort : sorts[0];
  const kept = sortHeads(list, quantity, order).filter(({ value }) => sizeIn(quantity, value) >= least);
  const drawn = useMemo(() => {
    const scaled = stepped(quantity, values.data, limits);
    const { steps, neutral, small } = headSteps(made, least);
    const pending = markPending({ ...scaled, steps }, document);
    const data: GridData = {
      rows: layers.length,
      columns: heads.length,
      scale: quantity.scale,
      steps,
      clipped: scaled.clipped,
      rowLabels: labels(document, "layer", layers.length),
      columnIndices: labels(document, "head", heads.length),
      value: (row, column) => brief(at(values, row, column), isDiverging(quantity.scale)),
    };
    return { data, beyond: scaled.beyond, neutral, small, pending };
  }, [document, quantity, made, values, limits, layers, heads, least]);
  const create = useCallback(
    (element: HTMLElement, data: GridData, handlers: HeadGridOptions) => headGrid(element, data, handlers),
    [],
  );
  const value = (row: number, column: number) => forScale(quantity.scale, at(values, row, column)) + unitOf(quantity);
  const name = (row: number, column: number) => `${layers[row]}.${heads[column]}`;
  const toMark = (cell: Cell): Mark | null => {
    const row = entryOf(layers, cell.layer ?? cell.row);
    return row == null ? null : { row, column: cell.layer == null ? null : entryOf(heads, cell.head) };
  };
  const widest = heads.length * CELL + NAMES;
  const controls = !compact && (
    <>
      <Select
        label={t("kinds.sort")}
        value={order}
        onChange={setSort}
        options={sorts.map((one) => ({ value: one, label: t(`kinds.heads.sort.${one}`) }))}
      />
      <Threshold
        label={t("kinds.heads.drawn")}
        value={least}
        most={limits[1]}
        text={leastText(least)}
        onChange={setLeast}
      />
    </>
  );
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={limits}
      controls={controls}
      notes={[
        compact || kept.length <= LISTED
          ? headLine(document, values.shape)
          : t("kinds.heads.listed", { shown: all ? kept.length : LISTED, total: kept.length }),
        !compact && kept.length > LISTED && (
          <NoteButton onClick={() => setAll(!all)}>{t(all ? "kinds.showFewer" : "kinds.showAll")}</NoteButton>
        ),
        drawn.pending > 0 && t("grid.pending", { done: values.data.length - drawn.pending, total: values.data.length }),
        drawn.neutral > 0 && t("kinds.grid.neutral", { count: drawn.neutral }),
        least > 0 && t("kinds.heads.small", { count: drawn.small, least: leastText(least) }),
        made.heldByFirst != null && t("kinds.heads.withoutFirst", { share: probability(made.heldByFirst, 2) }),
        ...beyondNotes(drawn.beyond),
      ]}
    >
      <div className="head-grid">
        <div style={{ flexBasis: Math.min(widest, LEAST_WIDTH), maxWidth: widest }}>
          <CanvasGrid
            label={describe(document)}
            create={create}
            data={drawn.data}
            rows={layers.length}
            columns={heads.length}
            selection={selection}
            toCell={({ row, column }) => ({
              ...(row == null ? {} : { layer: layers[row] }),
              ...(column == null ? {} : { head: heads[column] }),
            })}
            toMark={toMark}
            text={(row, column) =>
              t("kinds.heads.cell", { head: name(row, column), quantity: quantity.label, value: value(row, column) })
            }
            tip={({ row, column }) =>
              row == null || column == null
                ? null
                : [t("kinds.heads.head", { head: name(row, column) }), `${quantity.label} ${value(row, column)}`]
            }
          />
        </div>
        {!compact && (
          <div className={all ? "ranked-frame all" : "ranked-frame"}>
            <RankedHeads heads={all ? kept : kept.slice(0, LISTED)} quantity={quantity} selection={selection} />
          </div>
        )}
      </div>
      {!compact && <PartsOfTotal document={document} quantity={quantity} />}
    </KindFrame>
  );
}

/** What counts as small in a sentence about all heads: a share of the scale. */
const SMALL = 0.1;

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const { list, limits } = headsOf(document, quantity);
  const [top] = sortHeads(list, quantity, sortsOf(quantity)[0]);
  if (!top) return t("kinds.nothing");
  const small = SMALL * limits[1];
  return t("kinds.heads.describe", {
    head: `${top.layer}.${top.head}`,
    quantity: quantity.label,
    value: forScale(quantity.scale, top.value),
    small: list.filter(({ value }) => sizeIn(quantity, value) < small).length,
    total: list.length,
    least: leastText(small),
  });
}

/** The value of the pinned head, its place among all, its role, and whether the control reaches it. */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  if (!quantity || pin.layer == null || pin.head == null) return null;
  const { list } = headsOf(document, quantity);
  const order = sortHeads(list, quantity, sortsOf(quantity)[0]);
  const rank = order.findIndex(({ layer, head }) => layer === pin.layer && head === pin.head);
  if (rank < 0) return null;
  const { layer, head, value, role, band } = order[rank];
  return t("kinds.heads.read", {
    head: `${layer}.${head}`,
    quantity: quantity.label,
    value: forScale(quantity.scale, value) + unitOf(quantity),
    rank: rank + 1,
    total: order.length,
    role: role || "none",
    control: band === null ? "none" : inBand(order[rank]) ? "inside" : "outside",
    band: band === null ? "" : interval(...band),
  });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  return quantity ? tableOf(document, array(document, quantity.name)) : { columns: [], rows: [] };
}
