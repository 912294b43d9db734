import { Suspense, use, useMemo } from "react";
import { loadKind } from "../kinds";
import type { KindModule, ResultDocument, SelectionStore } from "../kinds/types";
import { useTheme } from "../state/theme";
import { viewFor, type ViewModule } from "../views";
import { ErrorBoundary } from "../pages/frame/ErrorBoundary";
import { t } from "../ui/i18n";
import { DataTable } from "../ui/DataTable";
import { Notice } from "../ui/Notice";
import { Skeleton } from "../ui/Skeleton";

export interface FigureProps {
  document: ResultDocument;
  selection: SelectionStore;
  asTable?: boolean;
  quantity?: string;
  onQuantity?: (name: string) => void;
  compact?: boolean;
}

/** A result drawn by its method's own view where there is one, and else by its kind; or as a table. */
export function Figure(props: FigureProps) {
  const failed = (
    <Notice tone="fail" title={t("app.panel.drawFailed")}>
      {t("app.panel.drawFailedNote")}
    </Notice>
  );
  return (
    <ErrorBoundary key={props.document.key} fallback={failed}>
      <Suspense fallback={<Skeleton rows={5} />}>
        {props.asTable ? <Table {...props} /> : <Drawing {...props} />}
      </Suspense>
    </ErrorBoundary>
  );
}

function Drawing({ document, asTable: _asTable, ...rest }: FigureProps) {
  const theme = useTheme();
  const view = viewFor(document.method);
  const { default: Component } = use<ViewModule>(view ?? loadKind(document.result.kind));
  return <Component document={document} theme={theme} {...rest} />;
}

function Table({ document }: FigureProps) {
  const kind: KindModule = use(loadKind(document.result.kind));
  const twin = useMemo(() => kind.toTable?.(document), [kind, document]);
  return twin ? <DataTable {...twin} label={t("app.table.label")} /> : <Notice title={t("app.panel.noTable")} />;
}
