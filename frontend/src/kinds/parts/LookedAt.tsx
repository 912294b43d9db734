import { useCallback, useMemo, useRef, useState } from "react";
import { isDiverging } from "../../charts/colour";
import { t } from "../../ui/i18n";
import { probability } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import type { Cell, SelectionStore, Token } from "../types";
import { barColour } from "./colour";
import { NoteButton } from "./KindFrame";
import { lookedAt, tokenAt, type Attention } from "./patterns";
import { clickPart, pinOf, usePins } from "./pins";
import { numberText } from "./quantity";
import { TokenName } from "./TokenName";
import { useHovered } from "./useHovered";

const LISTED = 5;

interface LookedAtProps {
  attention: Attention;
  /** Entries of the layer, the head and the query, not their numbers. */
  layer: number;
  head: number;
  query: number;
  others: readonly (Token | null)[];
  selection: SelectionStore;
}

/** What one query looks at, largest first: token, position, weight and bar. */
export function LookedAt({ attention, layer, head, query, others, selection }: LookedAtProps) {
  const { quantity, limits, queries, keys, skipped, raw } = attention;
  const [all, setAll] = useState(false);
  const pins = usePins(selection);
  const host = useRef<HTMLUListElement>(null);
  const links = useMemo(() => lookedAt(attention, layer, head, query), [attention, layer, head, query]);
  const from = queries[query];
  const most = Math.max(Math.abs(limits[0]), Math.abs(limits[1]));
  const signed = isDiverging(quantity.scale);
  const part = (key: number): Cell => ({ query: from, key: keys[key] });
  useHovered(
    host,
    selection,
    "li",
    useCallback(
      (element, { query: from, key, position }) =>
        Number((element as HTMLElement).dataset.key) === (key ?? (from == null ? position : null)),
      [],
    ),
  );
  const shown = all ? links : links.slice(0, LISTED);
  const bar = (value: number) => {
    const share = Math.min(1, Math.abs(value) / most) * 100;
    const width = signed ? share / 2 : share;
    return { left: signed ? `${value < 0 ? 50 - width : 50}%` : 0, width: `${width}%` };
  };
  return (
    <div className="looked-at">
      <h4>{t("kinds.matrices.from", { token: tokenText(tokenAt(attention, from), 16), position: from })}</h4>
      <ul
        ref={host}
        aria-label={t("kinds.matrices.from", { token: tokenText(tokenAt(attention, from)), position: from })}
      >
        {shown.map(({ key, weight }) => {
          const position = keys[key];
          const pinned = pinOf(pins, part(key)) >= 0;
          return (
            <li key={key} data-key={position}>
              <button
                type="button"
                // The matrix is the keyboard's way to a link: one tab stop per figure.
                tabIndex={-1}
                aria-pressed={pinned}
                onClick={(event) => clickPart(selection, part(key), event)}
                onPointerEnter={() => selection.setHover({ query: from, key: position, position })}
                onPointerLeave={() => selection.setHover(null)}
              >
                <span className="looked-name">
                  <TokenName token={tokenAt(attention, position)} other={others[position]} max={16} />
                  <span className="ink-3">{position}</span>
                </span>
                <span className="looked-value">{numberText(quantity, weight)}</span>
                <span className={signed ? "looked-bar signed" : "looked-bar"} aria-hidden="true">
                  <i style={{ ...bar(weight), background: barColour(quantity.scale, weight) }} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <p className="xs ink-3">
        {t("kinds.matrices.keys", { shown: shown.length, total: links.length })}
        {skipped > 0 && ` · ${t("kinds.matrices.held", { share: probability(raw(layer, head, query, 0), 2) })}`}
        {links.length > LISTED && " · "}
        {links.length > LISTED && (
          <NoteButton onClick={() => setAll(!all)}>{t(all ? "kinds.showFewer" : "kinds.showAll")}</NoteButton>
        )}
      </p>
    </div>
  );
}
