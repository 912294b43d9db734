import { useState, type ReactNode } from "react";
import type { Method } from "../api/types";
import type { ResultDocument, SelectionStore } from "../kinds/types";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { seconds } from "../ui/numbers";
import { HowToRead } from "./HowToRead";
import { FigureFoot } from "./PanelFrame";

interface PanelFooterProps {
  method: Pick<Method, "id" | "reading" | "papers"> | undefined;
  document: ResultDocument | null;
  cached: boolean;
  /** Whose pinned part the worked reading is about; the page's own when not given. */
  selection?: SelectionStore;
  quantity?: string;
  /** At the end of the line, where the title has no room for them. */
  badges?: ReactNode;
}

/** One line: how to read the figure, what it shows of what exists, its legend, and what it took. */
export function PanelFooter({ method, document, cached, selection, quantity, badges }: PanelFooterProps) {
  const [open, setOpen] = useState(false);
  const id = `how-${document?.key.slice(0, 12) ?? method?.id ?? ""}`;
  const took = document ? document.provenance.seconds : null;
  return (
    <>
      {open && method && (
        <HowToRead id={id} method={method} document={document} selection={selection} quantity={quantity} />
      )}
      <footer className="panel-foot">
        {method && (method.reading || method.papers.length > 0) && (
          <button
            type="button"
            className="how-toggle"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <Icon name="info" size={13} />
            <span>{t("app.panel.how")}</span>
          </button>
        )}
        <FigureFoot />
        {typeof took === "number" && (
          <span className="panel-took">
            {t("app.panel.took", { time: seconds(took), cached: cached ? "yes" : "no" })}
          </span>
        )}
        {badges}
      </footer>
    </>
  );
}
