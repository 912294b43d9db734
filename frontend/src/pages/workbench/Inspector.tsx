import { useEffect, useState } from "react";
import type { Cell } from "../../kinds/types";
import { useDocuments } from "../../state/documents";
import { useLayout } from "../../state/layout";
import { selection, usePin, useRange, type Range } from "../../state/selection";
import { useTokens } from "../../state/tokens";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { Token } from "../../ui/Token";
import { InspectorActions } from "./InspectorActions";
import { Predictions, Stream, Strongest } from "./InspectorSections";
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

/** Everything the open results say about what is selected. */
export function Inspector({ onClose }: { onClose?: () => void }) {
  const { pin, range } = useInspected();
  const documents = useDocuments();
  const { tokens } = useTokens();
  const { inspectorPinned, toggleInspectorPin } = useLayout();
  const spoken = describe(documents, pin, tokens);
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
  const token = pin?.position == null ? undefined : tokens[pin.position];
  return (
    <div className="inspector">
      <header className="row g4">
        <h2 className="grow">{identity(documents, pin, range)}</h2>
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
      {token && (
        <p className="row g6 inspector-token">
          <Token token={token} />
          <span className="xs ink-3">
            {pin?.row == null ? t("app.inspector.token", { id: token.id }) : entering(documents, pin.row)}
          </span>
        </p>
      )}
      {range && <p className="sm ink-2">{t("app.inspector.range", { count: range[1] - range[0] + 1 })}</p>}
      {pin && (
        <>
          <Predictions documents={documents} pin={pin} />
          <Stream documents={documents} pin={pin} />
          <Strongest documents={documents} pin={pin} tokens={tokens} />
          <InspectorActions documents={documents} pin={pin} />
        </>
      )}
    </div>
  );
}
