import { Fragment } from "react";
import { t } from "../../ui/i18n";
import { isRtl, SPACE_MARK, tokenPieces, type Piece, type TokenLike } from "../../ui/tokenText";
import type { Scale } from "../types";
import { fillOf, inkOf } from "./colour";
import type { Texts } from "./textPair";

interface TextColumnProps {
  side: number;
  texts: Texts;
  /** Whether its name stands above. */
  titled: boolean;
  scale: Scale | null;
  /** Step of the scale of each token; none without a shade. */
  steps: Int8Array | null;
  pinned: number | null;
  focused: number | null;
  onScroll: (side: number, top: number) => void;
  onHover: (token: number | null) => void;
  onPin: (token: number, extend: boolean) => void;
}

/** One text, set as text; where the texts part, a line begins in all of them. */
export function TextColumn(props: TextColumnProps) {
  const { side, texts, titled, scale, steps, pinned, focused, onScroll, onHover, onPin } = props;
  const { name, tokens, alone } = texts.sides[side];
  const at = (event: { target: EventTarget | null }) => {
    const token = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-token]") : null;
    return token ? Number(token.dataset.token) : null;
  };
  return (
    <section className="text-column">
      {titled && <h4 className="clip">{name}</h4>}
      {/* The keyboard's twin is the cell of GridKeys. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div
        className="text-body mono"
        data-side={side}
        onScroll={(event) => onScroll(side, event.currentTarget.scrollTop)}
        onPointerOver={(event) => onHover(at(event))}
        onPointerLeave={() => onHover(null)}
        onClick={(event) => {
          const token = at(event);
          if (token !== null) onPin(token, event.shiftKey);
        }}
      >
        {tokens.map((token, i) => (
          <Fragment key={i}>
            {i === texts.shared && i > 0 && (
              <span className="text-fork">
                <span>{t("figures.texts.fork")}</span>
              </span>
            )}
            <span
              data-token={i}
              className={[
                "text-token",
                alone[i] && (side === 0 ? "removed" : "added"),
                i === pinned && "pinned",
                i === focused && "focused",
              ]
                .filter(Boolean)
                .join(" ")}
              style={
                scale && steps && steps[i] >= 0
                  ? { background: fillOf(scale, steps[i]), color: inkOf(scale, steps[i]) }
                  : undefined
              }
            >
              <Written token={token} />
            </span>
          </Fragment>
        ))}
        {tokens.length === 0 && <span className="ink-3">{t("figures.texts.empty")}</span>}
      </div>
    </section>
  );
}

const isSpace = ({ kind, text }: Piece): boolean => kind === "mark" && [...text].every((char) => char === SPACE_MARK);

/** A token as running text: spaces are spaces and line ends break the line; everything unseen is named as elsewhere. */
function Written({ token }: { token: TokenLike }) {
  const pieces = tokenPieces(token).map((piece, i) => {
    if (piece.kind === "text") return <Fragment key={i}>{piece.text}</Fragment>;
    if (isSpace(piece)) return <Fragment key={i}>{" ".repeat(piece.text.length)}</Fragment>;
    return (
      <span key={i} className={`tok-${piece.kind}`}>
        {piece.text}
        {piece.text === "\u21b5" && "\n"}
      </span>
    );
  });
  return isRtl(token.text) ? <bdi>{pieces}</bdi> : pieces;
}
