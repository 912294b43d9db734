import { lazy, Suspense, use, useMemo } from "react";
import { loadKind } from "../kinds";
import type { KindModule, KindProps, ResultDocument } from "../kinds/types";
import { inUnit, limitsInUnit } from "../kinds/units";
import { useTheme } from "../state/theme";
import { useUnits } from "../state/units";
import { viewFor, type ViewModule } from "../views";
import { ErrorBoundary } from "../pages/frame/ErrorBoundary";
import { t } from "../ui/i18n";
import { DataTable } from "../ui/DataTable";
import { Notice } from "../ui/Notice";
import { Skeleton } from "../ui/Skeleton";

const PerPrompt = lazy(() => import("./PerPrompt"));

export interface FigureProps extends Omit<KindProps, "theme"> {
  asTable?: boolean;
}

/** A result drawn by its method's own view where there is one, and else by its kind; or as a table. */
export function Figure(props: FigureProps) {
  const unit = useUnits((units) => units.unit);
  const document = inUnit(props.document, unit);
  const limits = limitsInUnit(props.document, props.limits, unit);
  const failed = (
    <Notice tone="fail" title={t("app.panel.drawFailed")}>
      {t("app.panel.drawFailedNote")}
    </Notice>
  );
  return (
    <ErrorBoundary key={props.document.key} fallback={failed}>
      <Suspense fallback={<Skeleton rows={5} />}>
        {props.asTable ? (
          <Table document={document} />
        ) : document.result.dims.by_prompt ? (
          <PerPrompt document={document}>
            {(shown) => <Drawing {...props} document={shown} limits={limits} />}
          </PerPrompt>
        ) : (
          <Drawing {...props} document={document} limits={limits} />
        )}
      </Suspense>
    </ErrorBoundary>
  );
}

function Drawing({ asTable: _asTable, ...props }: FigureProps) {
  const theme = useTheme();
  const { document } = props;
  const view = viewFor(document.method);
  const { default: Component } = use<ViewModule>(view ?? loadKind(document.result.kind));
  return <Component {...props} theme={theme} />;
}

function Table({ document }: { document: ResultDocument }) {
  const kind: KindModule = use(loadKind(document.result.kind));
  const twin = useMemo(() => kind.toTable?.(document), [kind, document]);
  return twin ? <DataTable {...twin} label={t("app.table.label")} /> : <Notice title={t("app.panel.noTable")} />;
}
