import { useState } from "react";
import type { Method } from "../api/types";
import type { ResultDocument } from "../kinds/types";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { seconds } from "../ui/numbers";
import { Link } from "../pages/frame/Link";

interface PanelFooterProps {
  method: Pick<Method, "id" | "reading" | "papers"> | undefined;
  document: ResultDocument | null;
  cached: boolean;
}

/** How to read the figure, and what it took. What it shows of what there is stands in the figure. */
export function PanelFooter({ method, document, cached }: PanelFooterProps) {
  const [open, setOpen] = useState(false);
  const id = `how-${document?.key.slice(0, 12) ?? method?.id ?? ""}`;
  const took = document ? document.provenance.seconds : null;
  return (
    <>
      {open && method && <HowToRead id={id} method={method} summary={document?.result.summary ?? ""} />}
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
            {t("app.panel.how")}
          </button>
        )}
        <span className="grow" />
        {typeof took === "number" && (
          <span>{t("app.panel.took", { time: seconds(took), cached: cached ? "yes" : "no" })}</span>
        )}
      </footer>
    </>
  );
}

interface HowToReadProps {
  id: string;
  method: Pick<Method, "id" | "reading" | "papers">;
  summary: string;
}

function HowToRead({ id, method, summary }: HowToReadProps) {
  return (
    <div id={id} className="how-to-read">
      <p>{method.reading}</p>
      {summary && (
        <p>
          <b>{t("app.panel.here")}</b> {summary}
        </p>
      )}
      {method.papers.length > 0 && (
        <ul aria-label={t("app.panel.papers")}>
          {method.papers.map((paper) => (
            <li key={paper.title}>
              <Icon name="book" size={14} />
              <span>{t("app.panel.paper", { title: paper.title, year: String(paper.year) })}</span>
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link href={`/docs/${method.id}`}>{t("app.panel.docs")}</Link>
      </p>
    </div>
  );
}
