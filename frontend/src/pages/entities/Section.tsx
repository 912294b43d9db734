import { useState, type ReactNode } from "react";
import type { TableTwin } from "../../kinds/types";
import { FigureFoot, PanelFrame } from "../../panels/PanelFrame";
import { Button, IconButton } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import { saying } from "./Frame";
import { SectionActions } from "./SectionActions";
import type { Analysis } from "./useAnalysis";

interface SectionProps {
  id: string;
  title: string;
  purpose: string;
  badges?: ReactNode;
  controls?: ReactNode;
  /** What the section says, in a sentence with its numbers. */
  said?: string;
  /** In the line below: what is shown of what exists. */
  notes?: ReactNode;
  /** Whose answer it draws: while it is on its way there is a skeleton, and when it is refused the reason. */
  analysis: Analysis;
  /** Rows of the skeleton. */
  rows?: number;
  /** The table twin; a section that is a table itself has none. */
  table?: () => TableTwin;
  area: string;
  /** Is given whether the figure is asked for as a table, where it draws that itself. */
  children: (asTable: boolean) => ReactNode;
  /** Whether the figure has a table of its own. */
  ownTable?: boolean;
}

/** One panel of the page. */
export function Section(props: SectionProps) {
  const {
    id,
    title,
    purpose,
    badges,
    controls,
    said,
    notes,
    analysis,
    rows = 6,
    table,
    area,
    children,
    ownTable,
  } = props;
  const [asTable, setAsTable] = useState(false);
  const { document, problem, retry, method, request } = analysis;
  const has = document && (table || ownTable);
  return (
    <PanelFrame
      id={id}
      className={`entity-section ${area}`}
      title={title}
      badges={document && badges}
      purpose={purpose}
      params={document && controls}
      aria-busy={!document && !problem}
      actions={
        <>
          {document && request && <SectionActions {...{ title, method, request, document, table }} />}
          {has && (
            <IconButton
              icon={asTable ? "grid" : "table"}
              label={t(asTable ? "app.panel.asFigure" : "app.panel.asTable")}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            />
          )}
        </>
      }
      footer={
        <footer className="panel-foot">
          {notes && document && <span>{notes}</span>}
          <FigureFoot />
        </footer>
      }
    >
      {said && document && <p className="sr-only">{said}</p>}
      {problem && (
        <Notice
          tone="fail"
          title={t("entity.failed")}
          actions={<Button onClick={retry}>{t("app.failure.retry")}</Button>}
        >
          {saying(problem)}
        </Notice>
      )}
      {!document && !problem && <Skeleton rows={rows} columns={1} />}
      {document && (asTable && table ? <DataTable {...table()} label={t("app.table.label")} /> : children(asTable))}
    </PanelFrame>
  );
}
