import { useMemo, useState } from "react";
import { isDiverging } from "../charts/colour";
import { t } from "../ui/i18n";
import { probability } from "../ui/numbers";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { tokenText } from "../ui/tokenText";
import { EnlargedMatrix, type MatrixView } from "./parts/EnlargedMatrix";
import "./parts/headMatrices.css";
import { HeadThumbnails, RANKED, type HeadOrder } from "./parts/HeadThumbnails";
import { KindFrame, NoteButton } from "./parts/KindFrame";
import {
  attentionOf,
  canScore,
  firstHead,
  fitsLines,
  heldInAll,
  linksOf,
  lookedAt,
  SCORES,
  strongestOf,
  tokenAt,
  type Attention,
} from "./parts/patterns";
import { capital, leastText, numberText } from "./parts/quantity";
import { beyondNotes } from "./parts/steps";
import { Threshold } from "./parts/Threshold";
import { array, chosen, clipping, entryOf, headLine, otherTokens } from "./result";
import { usePin } from "./selection";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";

/** One matrix per head: a thumbnail for each, one enlarged, and what its pinned query looks at. */
export default function HeadMatrices(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure props={props} quantity={quantity} />;
}

/** Curves of all links would hide one another: at first the faint ones are left out. */
const LINES_FROM = 0.1;

/** The entries of the head that is pinned; null where none of these is. */
function pinnedHead({ layers, heads }: Attention, pin: Cell | null): [number, number] | null {
  const [layer, head] = [entryOf(layers, pin?.layer), entryOf(heads, pin?.head)];
  return layer == null || head == null ? null : [layer, head];
}

const pinnedQuery = ({ queries }: Attention, pin: Cell | null) => entryOf(queries, pin?.query ?? pin?.position);

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact, firstToken, limits: shared } = props;
  const attention = useMemo(
    () => attentionOf(document, quantity, firstToken, shared),
    [document, quantity, firstToken, shared],
  );
  const { layers, heads, queries, limits } = attention;
  const [order, setOrder] = useState<HeadOrder>("layer");
  const [view, setView] = useState<MatrixView>("matrix");
  const [chosenLeast, setLeast] = useState<number | null>(null);
  const pin = usePin(selection);
  const telling = useMemo(() => firstHead(attention), [attention]);
  const [layer, head] = pinnedHead(attention, pin) ?? telling;
  const query = pinnedQuery(attention, pin) ?? queries.length - 1;
  const others = useMemo(() => otherTokens(document, document.result.tokens.length), [document]);
  const several = layers.length * heads.length > 1;
  const shownView = fitsLines(attention) ? view : "matrix";
  const most = Math.max(Math.abs(limits[0]), Math.abs(limits[1]));
  const least = chosenLeast ?? (shownView === "lines" ? LINES_FROM * most : 0);
  const links = useMemo(() => linksOf(attention, layer, head, least), [attention, layer, head, least]);
  const out = useMemo(() => clipping(attention.values.data, limits), [attention, limits]);
  const controls = !compact && (
    <>
      {fitsLines(attention) && (
        <Segmented
          size="s"
          label={t("kinds.matrices.view")}
          value={shownView}
          onChange={setView}
          options={[
            { value: "matrix", label: t("kinds.matrices.matrix") },
            { value: "lines", label: t("kinds.matrices.lines") },
          ]}
        />
      )}
      {several && canScore(attention) && (
        <Select
          label={t("kinds.sort")}
          value={order}
          onChange={setOrder}
          options={(["layer", ...SCORES] as const).map((value) => ({
            value,
            label: t(`kinds.matrices.sort.${value}`),
          }))}
        />
      )}
      <Threshold
        label={t("kinds.matrices.drawn")}
        value={least}
        most={most}
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
        headLine(document, attention.values.shape),
        order !== "layer" && layers.length * heads.length > RANKED && t("kinds.matrices.ranked", { shown: RANKED }),
        !compact &&
          least > 0 &&
          t("kinds.matrices.links", {
            shown: links.shown.length,
            total: links.total,
            head: `${layers[layer]}.${heads[head]}`,
          }),
        !compact && least > 0 && <NoteButton onClick={() => setLeast(0)}>{t("kinds.showAll")}</NoteButton>,
        several && !isDiverging(quantity.scale) && t("kinds.matrices.root"),
        firstTokenNote(document, attention),
        ...beyondNotes(out),
      ]}
    >
      <div className="head-matrices">
        {several && <HeadThumbnails document={document} attention={attention} order={order} selection={selection} />}
        {(!compact || !several) && (
          <EnlargedMatrix
            attention={attention}
            layer={layer}
            head={head}
            query={query}
            view={shownView}
            least={least}
            others={others}
            selection={selection}
            listed={!compact}
          />
        )}
      </div>
    </KindFrame>
  );
}

/** How the first token was treated, and what share of attention it held. */
function firstTokenNote({ result }: ResultDocument, attention: Attention): string | null {
  const told = result.facts?.first_token_share;
  const share = typeof told === "number" ? told : heldInAll(attention);
  const held = Number.isNaN(share) ? null : t("kinds.matrices.held", { share: probability(share, 2) });
  if (attention.firstToken === "shown") return held;
  return [t(`kinds.matrices.first.${attention.firstToken}`), held].filter(Boolean).join(", ");
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const [layers, heads, queries] = array(document, quantity.name).shape;
  return t("kinds.matrices.describe", { quantity: capital(quantity.label), heads: layers * heads, tokens: queries });
}

/** What the pinned head does at the pinned query, or with the pinned link. */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  if (!quantity) return null;
  const attention = attentionOf(document, quantity);
  const { layers, heads, queries, keys } = attention;
  const pinned = pinnedHead(attention, pin);
  const query = pinnedQuery(attention, pin);
  if (pinned === null && (query === null || pin.head != null)) return null;
  const [layer, head] = pinned ?? firstHead(attention);
  const spot = (position: number) => `${tokenText(tokenAt(attention, position))} (${position})`;
  const value = (weight: number) => numberText(quantity, weight);
  const names = { head: `${layers[layer]}.${heads[head]}`, quantity: quantity.label };
  if (query === null) {
    const link = strongestOf(attention, layer, head);
    if (!link) return null;
    const { query: from, key, weight } = link;
    return t("kinds.matrices.read.head", {
      ...names,
      from: spot(queries[from]),
      to: spot(keys[key]),
      value: value(weight),
    });
  }
  const from = spot(queries[query]);
  const order = lookedAt(attention, layer, head, query);
  const rank = order.findIndex(({ key }) => keys[key] === pin.key);
  if (rank >= 0) {
    const { key, weight } = order[rank];
    const place = { rank: rank + 1, total: order.length };
    return t("kinds.matrices.read.link", { ...names, ...place, from, to: spot(keys[key]), value: value(weight) });
  }
  if (order.length === 0) return null;
  const [one, two] = order;
  return t("kinds.matrices.read.query", {
    ...names,
    from,
    to: spot(keys[one.key]),
    value: value(one.weight),
    more: two ? "yes" : "no",
    second: two ? spot(keys[two.key]) : "",
    secondValue: two ? value(two.weight) : "",
  });
}

/** A share of the scale: smaller links are not worth a row. */
const TABLE_LEAST = 0.05;
const TABLE_MOST = 20_000;

/** Links of every head from a size on, which the column says: whole matrices would be too many rows to read. */
export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  if (!quantity) return { columns: [], rows: [] };
  const attention = attentionOf(document, quantity);
  const { values, layers, heads, queries, keys, limits } = attention;
  const [, headCount, queryCount, keyCount] = values.shape;
  const floor = TABLE_LEAST * Math.max(Math.abs(limits[0]), Math.abs(limits[1]));
  const sizes = Array.from(values.data, Math.abs).filter((size) => size >= floor);
  const least = sizes.length > TABLE_MOST ? sizes.sort((one, two) => two - one)[TABLE_MOST - 1] : floor;
  const rows: (string | number | null)[][] = [];
  for (let flat = 0; flat < values.data.length && rows.length < TABLE_MOST; flat++) {
    if (!(Math.abs(values.data[flat]) >= least)) continue;
    const key = keys[flat % keyCount];
    const query = queries[Math.floor(flat / keyCount) % queryCount];
    const matrix = Math.floor(flat / (keyCount * queryCount));
    rows.push([
      layers[Math.floor(matrix / headCount)],
      heads[matrix % headCount],
      query,
      tokenText(tokenAt(attention, query)),
      key,
      tokenText(tokenAt(attention, key)),
      values.data[flat],
    ]);
  }
  const numeric = (name: string, label = name) => ({ name, label, numeric: true });
  const text = (name: string, label: string) => ({ name, label, numeric: false });
  return {
    columns: [
      numeric("layer"),
      numeric("head"),
      numeric("query"),
      text("query_token", t("kinds.matrices.queryToken")),
      numeric("key"),
      text("key_token", t("kinds.matrices.keyToken")),
      numeric("weight", t("kinds.matrices.atLeast", { quantity: quantity.label, least: leastText(least) })),
    ],
    rows,
  };
}
