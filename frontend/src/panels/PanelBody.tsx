import type { JsonValue } from "../api/types";
import type { StaleReason } from "../state/request";
import { isBusy, useRuns, type PanelRun } from "../state/runs";
import { selection } from "../state/selection";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice, Ribbon } from "../ui/Notice";
import { Skeleton } from "../ui/Skeleton";
import { Failure } from "./Failure";
import { Figure, type FigureProps } from "./Figure";
import { Running } from "./Running";
import { refutation } from "./trust";
import { usePhase } from "./timing";

interface PanelBodyProps {
  title: string;
  method: string;
  run: PanelRun | undefined;
  stale: StaleReason | null;
  /** How the figure is drawn. */
  figure: Pick<FigureProps, "asTable" | "quantity" | "onQuantity" | "compact">;
  onRun: () => void;
  onRemedy: (changes: Record<string, JsonValue>) => void;
}

/** The figure, or what stands in its place. */
export function PanelBody({ title, method, run, stale, figure, onRun, onRemedy }: PanelBodyProps) {
  const phase = usePhase(run?.started ?? 0);
  const runButton = (
    <Button size="s" onClick={onRun}>
      {t("app.prompt.run")}
    </Button>
  );
  if (!run) return <Notice title={t("app.panel.notRun")} actions={runButton} />;
  const { shown, problem } = run;
  const busy = isBusy(run.status);
  const refuted = shown && !shown.partial ? refutation(shown.document) : null;
  return (
    <>
      {busy && phase === "late" && (
        <Running run={run} title={title} onCancel={() => useRuns.getState().cancel(run.uid)} />
      )}
      {problem && <Failure method={method} run={run} problem={problem} onRetry={onRun} onRemedy={onRemedy} />}
      {!shown && busy && phase !== "early" && <Skeleton rows={6} />}
      {!shown && busy && phase === "early" && <div className="panel-waiting" />}
      {!shown && run.status === "cancelled" && <Notice title={t("app.panel.cancelled")} actions={runButton} />}
      {shown && !problem && (
        <>
          {stale && !busy && (
            <Ribbon tone="info" actions={runButton}>
              {t(`app.panel.stale.${stale}`, { model: String(shown.request.model ?? "") })}
            </Ribbon>
          )}
          {refuted && <Ribbon tone="warn">{refuted}</Ribbon>}
          {shown.document.warnings.map((warning) => (
            <Ribbon key={warning} tone="info">
              {warning}
            </Ribbon>
          ))}
          <div
            className={["panel-figure", (stale || (busy && phase !== "early")) && "stale", refuted && "refuted"]
              .filter(Boolean)
              .join(" ")}
          >
            <Figure document={shown.document} selection={selection} {...figure} />
          </div>
        </>
      )}
    </>
  );
}
