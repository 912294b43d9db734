import { Fragment } from "react";
import "./Token.css";
import { isRtl, tokenPieces, type Piece, type TokenLike } from "./tokenText";

interface TokenProps {
  token: TokenLike;
  /** A chip (the default), or plain text in a list. */
  plain?: boolean;
  tone?: "target" | "distractor";
  /** Taken by default, not chosen by the reader: dashed. */
  implied?: boolean;
  /** Longer tokens are clipped; the whole text is the tooltip. */
  max?: number;
  /** How many equal tokens in a row this one stands for. */
  times?: number;
  /** The whole character that a byte fragment belongs to. */
  joined?: string | null;
}

function clip(pieces: Piece[], max: number): { pieces: Piece[]; clipped: boolean } {
  let room = max;
  const kept: Piece[] = [];
  for (const piece of pieces) {
    const chars = [...piece.text];
    if (chars.length > room) {
      kept.push({ ...piece, text: `${chars.slice(0, Math.max(0, room - 1)).join("")}\u2026` });
      return { pieces: kept, clipped: true };
    }
    room -= chars.length;
    kept.push(piece);
  }
  return { pieces: kept, clipped: false };
}

function draw(piece: Piece, key: number) {
  if (piece.kind === "text") return <Fragment key={key}>{piece.text}</Fragment>;
  return (
    <span key={key} className={`tok-${piece.kind}`}>
      {piece.text}
    </span>
  );
}

/** One token as the model read it. Its identity is its index, never its text. */
export function Token({ token, plain, tone, implied, max = 24, times, joined }: TokenProps) {
  const all = tokenPieces(token);
  const { pieces, clipped } = clip(all, max);
  const title = joined ?? (clipped ? all.map((piece) => piece.text).join("") : undefined);
  const classes = [plain ? "tk" : "tok", token.special && "special", tone, implied && "implied"]
    .filter(Boolean)
    .join(" ");
  const body = pieces.map(draw);
  return (
    <span className={classes} title={title}>
      {isRtl(token.text) ? <bdi>{body}</bdi> : body}
      {times != null && times > 1 && <span className="tok-times">×{times}</span>}
    </span>
  );
}
