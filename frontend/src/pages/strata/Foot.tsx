import { Fragment, type ReactNode } from "react";
import { windowNote } from "../../kinds/parts/GridFigure";
import { useSettledView, type ViewStore } from "../../kinds/parts/gridView";
import { NoteButton } from "../../kinds/parts/KindFrame";
import { Threshold } from "../../kinds/parts/Threshold";
import { useCoarse } from "../../kinds/parts/useCoarse";
import { countLine } from "../../kinds/result";
import type { Quantity, ResultDocument, Token } from "../../kinds/types";
import { Kbd } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { probability } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import { headName, type Head, type Links } from "./heads";
import { poolingOf } from "./source";
import { changeView, LEAST } from "./viewState";

/** What of the rows and tokens there are is shown, and of two runs where they are the same. */
export function cellNotes(document: ResultDocument, shape: readonly number[], apart: boolean): string[] {
  return [countLine(document, ["row", "position"], shape), ...(apart ? sideNotes(document) : [])].filter(Boolean);
}

function sideNotes({ result }: ResultDocument): string[] {
  const others = result.other_tokens as (Token | null)[] | undefined;
  const identical = Number(result.facts?.identical ?? 0);
  if (!Array.isArray(others)) return [];
  const differing = others.flatMap((token, position) => (token ? [position] : []));
  const [first] = differing;
  const named = (token: Token | null | undefined) => (token ? tokenText(token, 20) : "\u2013");
  const place = { position: first, a: named(result.tokens[first]), b: named(others[first]) };
  return [
    ...(identical > 0 ? [t("strata.identical", { last: identical - 1 })] : []),
    ...(differing.length === 1 ? [t("strata.different", place)] : []),
    ...(differing.length > 1 ? [t("strata.differentMore", { ...place, more: differing.length - 1 })] : []),
  ];
}

/** "each column = 4 tokens, mean", while blocks of cells are drawn. */
export function poolingNote(document: ResultDocument | null, quantity: Quantity): string | null {
  const pooling = poolingOf(document);
  if (!pooling) return null;
  const how = pooling.how[quantity.name] === "maximum" ? "maximum" : "mean";
  return t("strata.pooled", { across: pooling.position, down: pooling.row, how });
}

interface FootProps {
  document: ResultDocument;
  quantity: Quantity;
  shape: readonly number[];
  positions: readonly number[];
  notes: readonly string[];
  /** Whether two sides are subtracted. */
  apart: boolean;
  /** Whether this is a patched run, which goes back to the one it was made of. */
  patched: boolean;
  /** Layers open, of how many that can be. */
  open: number;
  layers: number;
  head: Head | null;
  links: Links | null;
  least: number;
  blocks: ResultDocument | null;
  view: ViewStore;
  /** The pinned cell in a sentence. */
  reading: string | null;
  problem: string | null;
}

/** What is shown of what exists, and the keys. */
export function Foot(props: FootProps) {
  const { document, quantity, shape, open, layers, view, blocks, apart, patched } = props;
  const settled = useSettledView(view);
  const pooled = settled?.pooled ?? false;
  const touch = useCoarse();
  const pooling = pooled ? poolingNote(blocks, quantity) : poolingNote(document, quantity);
  const notes: ReactNode[] = [
    ...cellNotes(document, shape, apart),
    windowNote(settled, props.positions, touch),
    layers > 0 ? t("strata.open", { open, layers }) : null,
    <LinkNote key="links" {...props} />,
    pooling,
    ...props.notes,
  ];
  return (
    <footer className="strata-foot">
      {props.reading && <p className="strata-reading">{props.reading}</p>}
      {props.problem && (
        <p className="strata-problem" role="alert">
          {props.problem}
        </p>
      )}
      <div className="strata-notes">
        {notes.map(
          (note, i) => note && <Fragment key={i}>{typeof note === "string" ? <span>{note}</span> : note}</Fragment>,
        )}
      </div>
      <span className="strata-keys" aria-hidden="true">
        {patched ? (
          <>
            <Kbd>↑↓←→</Kbd> {t("strata.keys.move")} <Kbd>Esc</Kbd> {t("strata.keys.back")}
          </>
        ) : apart ? (
          <>
            <Kbd>A</Kbd> <Kbd>B</Kbd> <Kbd>D</Kbd> {t("strata.keys.side")}
          </>
        ) : (
          <>
            <Kbd>↑↓←→</Kbd> {t("strata.keys.move")} <Kbd>Space</Kbd> {t("strata.keys.open")} <Kbd>H</Kbd>{" "}
            {t("strata.keys.head")} <Kbd>P</Kbd> {t("strata.keys.patch")}
          </>
        )}
        {!patched && (
          <>
            {" "}
            <Kbd>Esc</Kbd> {t("strata.keys.close")}
          </>
        )}
      </span>
    </footer>
  );
}

/** How many links of the pinned head are drawn, and from which weight on. */
function LinkNote({ head, links, least }: FootProps) {
  if (!head || !links) return null;
  const { drawn, total, firstToken } = links;
  const all = drawn.length === total;
  return (
    <span className="strata-links">
      <span>{t("strata.links", { head: headName(head), drawn: drawn.length, total })}</span>
      <Threshold
        label={t("strata.least")}
        value={least}
        most={1}
        text={probability(least, 2)}
        onChange={(next) => changeView({ least: next })}
      />
      {firstToken !== "shown" && <span>{t("strata.first", { first: t(`strata.first.${firstToken}`) })}</span>}
      {(!all || least === 0) && (
        <NoteButton onClick={() => changeView({ least: all ? LEAST : 0 })}>
          {t(all ? "strata.fewer" : "strata.showAll")}
        </NoteButton>
      )}
    </span>
  );
}
