import { lazy, Suspense, use } from "react";
import type { Method } from "../api/types";
import { loadKind } from "../kinds";
import type { ResultDocument, SelectionStore } from "../kinds/types";
import { Link } from "../pages/frame/Link";
import { selection as shared, usePin } from "../state/selection";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";

const Terms = lazy(() => import("../ui/Terms"));

interface HowToReadProps {
  id: string;
  method: Pick<Method, "id" | "reading" | "papers">;
  document: ResultDocument | null;
  selection?: SelectionStore;
  quantity?: string;
}

/** What the figure means and where it misleads, what it says where the pin is, and who described it. */
export function HowToRead({ id, method, document, selection, quantity }: HowToReadProps) {
  const summary = document?.result.summary;
  return (
    <div id={id} className="how-to-read">
      {method.reading && (
        <p>
          <Suspense fallback={method.reading}>
            <Terms text={method.reading} />
          </Suspense>
        </p>
      )}
      {summary && (
        <p>
          <b>{t("app.panel.here")}</b> {summary}
        </p>
      )}
      {document && (
        <Suspense fallback={null}>
          <WorkedReading document={document} selection={selection ?? shared} quantity={quantity} />
        </Suspense>
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

interface WorkedReadingProps {
  document: ResultDocument;
  selection: SelectionStore;
  quantity: string | undefined;
}

/** The pinned part of this very figure, in a sentence; follows the pin. */
function WorkedReading({ document, selection, quantity }: WorkedReadingProps) {
  const pin = usePin(selection);
  const kind = use(loadKind(document.result.kind));
  const sentence = pin && kind.read?.(document, pin, quantity);
  if (!sentence) return null;
  return (
    <p aria-live="polite">
      <b>{t("app.panel.pinned")}</b> {sentence}
    </p>
  );
}
