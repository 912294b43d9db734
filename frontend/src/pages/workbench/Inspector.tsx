import { useEffect, useState } from "react";
import { alignTokens, partners } from "../../kinds/align";
import type { Cell, Token as TokenType } from "../../kinds/types";
import { useDocuments } from "../../state/documents";
import { useLayout } from "../../state/layout";
import { selection, usePin, useRange, type Range } from "../../state/selection";
import { useTokens } from "../../state/tokens";
import { useWorkspace } from "../../state/workspace";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { Token } from "../../ui/Token";
import { InspectorActions } from "./InspectorActions";
import { Predictions, Stream, Strongest, type Sides } from "./InspectorSections";
import { describe, entering, identity } from "./inspect";
import "./Inspector.css";

/** What it was showing when it was pinned, or else the present selection. */
function useInspected(): { pin: Cell | null; range: Range } {
  const pin = usePin();
  const range = useRange();
  const held = useLayout((layout) => layout.inspectorPinned);
  const [kept, setKept] = useState({ pin, range });
  if (!held && (kept.pin !== pin || kept.range !== range)) setKept({ pin, range });
  return held ? kept : { pin, range };
}

/** The documents of both sides, and the place in B that stands beside a place in A. */
function useSides(tokens: TokenType[]): Sides {
  const { second, align } = useWorkspace();
  const [a, b] = [useDocuments("a"), useDocuments("b")];
  const { tokens: others } = useTokens("b");
  if (!second) return { a, b: null, others: [], beside: () => null };
  const beside = partners(alignTokens(tokens, others, align), tokens.length);
  return { a, b, others, beside: (position) => beside[position] ?? null };
}

/** Everything the open results say about what is selected. */
export function Inspector({ onClose }: { onClose?: () => void }) {
  const { pin, range } = useInspected();
  const { tokens } = useTokens();
  const sides = useSides(tokens);
  const { inspectorPinned, toggleInspectorPin } = useLayout();
  const spoken = describe(sides.a, pin, tokens);
  useEffect(() => {
    if (spoken) announce(spoken);
  }, [spoken]);

  if (!pin && !range) {
    return (
      <div className="inspector">
        <h2>{t("app.inspector.nothing")}</h2>
        <p className="sm ink-3">{t("app.inspector.hint")}</p>
      </div>
    );
  }
  return (
    <div className="inspector">
      <header className="row g4">
        <h2 className="grow">{identity(sides.a, pin, range)}</h2>
        <IconButton
          icon="pin"
          label={t(inspectorPinned ? "app.inspector.release" : "app.inspector.keep")}
          shortcut="I"
          aria-pressed={inspectorPinned}
          onClick={toggleInspectorPin}
        />
        <IconButton
          icon="close"
          label={t("app.inspector.clear")}
          shortcut="Esc"
          onClick={() => {
            selection.replace(null, null);
            onClose?.();
          }}
        />
      </header>
      {pin && <Place pin={pin} tokens={tokens} sides={sides} />}
      {range && <RangeText range={range} tokens={tokens} />}
      {pin && (
        <>
          <Predictions sides={sides} pin={pin} />
          <Stream sides={sides} pin={pin} />
          <Strongest sides={sides} pin={pin} tokens={tokens} />
        </>
      )}
      <InspectorActions documents={sides.a} pin={pin} range={range} />
    </div>
  );
}

/** The token selected, and what the row is; while comparing, whether B has the same token there. */
function Place({ pin, tokens, sides }: { pin: Cell; tokens: TokenType[]; sides: Sides }) {
  const token = pin.position == null ? undefined : tokens[pin.position];
  if (!token || pin.position == null) return null;
  const place = sides.b ? sides.beside(pin.position) : null;
  const other = place === null ? undefined : sides.others[place];
  const note = !sides.b
    ? pin.row == null
      ? t("app.inspector.token", { id: token.id })
      : entering(sides.a, pin.row)
    : t(!other ? "compare.alone" : other.text === token.text ? "compare.sameToken" : "compare.otherToken");
  return (
    <p className="row g6 inspector-token">
      <Token token={token} />
      {other && other.text !== token.text && <Token token={other} />}
      <span className="xs ink-3">{note}</span>
    </p>
  );
}

function RangeText({ range, tokens }: { range: [number, number]; tokens: TokenType[] }) {
  const chosen = tokens.slice(range[0], range[1] + 1);
  return (
    <>
      <p className="sm ink-2">{t("app.inspector.range", { count: range[1] - range[0] + 1 })}</p>
      <p className="inspector-range">
        {chosen.map((token, index) => (
          <Token key={index} token={token} />
        ))}
      </p>
    </>
  );
}
