import type { ReactNode } from "react";
import type { JsonValue } from "../api/types";
import type { ResultDocument } from "../kinds/types";
import { isBusy, useRuns } from "../state/runs";
import { Button } from "../ui/Button";
import { Side as SideMark } from "../ui/Chip";
import { t } from "../ui/i18n";
import { Notice, Ribbon } from "../ui/Notice";
import type { Extent } from "./extent";
import { Failure } from "./Failure";
import { Figure, type FigureProps } from "./Figure";
import { KindSkeleton } from "./KindSkeleton";
import type { PanelRuns, Part } from "./panelRuns";
import { Running } from "./Running";
import { usePhase } from "./timing";
import { refutation } from "./trust";

export interface PanelBodyProps {
  title: string;
  method: { id: string; kind: string; version?: number };
  runs: PanelRuns;
  /** What must happen before there is anything to run. */
  blocked?: ReactNode;
  /** The request of a kept result, in words. */
  kept?: ReactNode;
  /** What the figure will be about, where that is not the page's own model and prompt. */
  extent?: Extent;
  /** How the figure is drawn. */
  figure: Omit<FigureProps, "document" | "selection" | "limits">;
  onRun: () => void;
  onRemedy: (changes: Record<string, JsonValue>) => void;
}

/** The figure, or what stands in its place. */
export function PanelBody({ title, method, runs, blocked, kept, extent, figure, onRun, onRemedy }: PanelBodyProps) {
  const { parts, document, reason, side } = runs;
  const under = parts.filter(({ run }) => isBusy(run?.status));
  const phase = usePhase(Math.max(...parts.map(({ run }) => run?.started ?? 0)));
  const runButton = (
    <Button size="s" onClick={onRun}>
      {t("app.prompt.run")}
    </Button>
  );
  if (blocked) return blocked;
  if (parts.every(({ run }) => !run)) return <Notice title={t("app.panel.notRun")} actions={runButton} />;
  const failed = parts.filter(({ run }) => run?.problem);
  const waiting = !document && failed.length === 0 && (under.length > 0 || (side === "difference" && !reason));
  const inLine = phase === "late" && under.length > 0 && under.every(({ run }) => run?.status === "queued");
  return (
    <>
      {phase === "late" &&
        under.map((part) => (
          <OfSide key={part.side} part={part} shown={side === "difference"}>
            {part.run && (
              <Running
                run={part.run}
                title={title}
                onCancel={() => part.run && useRuns.getState().cancel(part.run.uid)}
              />
            )}
          </OfSide>
        ))}
      {failed.map((part) => (
        <OfSide key={part.side} part={part} shown={side === "difference"}>
          {part.run?.problem && (
            <Failure method={method} run={part.run} problem={part.run.problem} onRetry={onRun} onRemedy={onRemedy} />
          )}
        </OfSide>
      ))}
      {waiting && phase !== "early" && !inLine && <KindSkeleton kind={method.kind} extent={extent} />}
      {waiting && phase === "early" && <div className="panel-waiting" />}
      {!document && !waiting && failed.length === 0 && !reason && (
        <Notice title={t("app.panel.cancelled")} actions={runButton} />
      )}
      {reason && failed.length === 0 && <Notice title={t("app.panel.noDifference")}>{reason}</Notice>}
      {document && (
        <Shown
          runs={runs}
          document={document}
          busy={under.length > 0 && phase !== "early"}
          runButton={runButton}
          kept={kept}
          figure={figure}
        />
      )}
    </>
  );
}

/** Where both sides are on their way, each says which it is. */
function OfSide({ part, shown, children }: { part: Part; shown: boolean; children: ReactNode }) {
  if (!shown) return children;
  return (
    <div className="panel-part">
      <SideMark side={part.side === "a" ? "A" : "B"} />
      <div className="grow">{children}</div>
    </div>
  );
}

interface ShownProps extends Pick<PanelBodyProps, "runs" | "kept" | "figure"> {
  document: ResultDocument;
  busy: boolean;
  runButton: ReactNode;
}

/** A result, under what must be said before it is looked at. */
function Shown({ runs, document, busy, runButton, kept, figure }: ShownProps) {
  const { parts, partial, limits, selection } = runs;
  const stale = parts.find((part) => part.stale !== null);
  const refuted = partial ? null : refutation(document);
  const dim = !partial && (stale !== undefined || busy);
  return (
    <>
      {kept}
      {stale && !busy && (
        <Ribbon tone="info" actions={runButton}>
          {t(`app.panel.stale.${stale.stale ?? "settings"}`, { model: String(stale.run?.shown?.request.model ?? "") })}
        </Ribbon>
      )}
      {refuted && <Ribbon tone="warn">{refuted}</Ribbon>}
      {document.warnings.map((warning) => (
        <Ribbon key={warning} tone="info">
          {warning}
        </Ribbon>
      ))}
      <div className={["panel-figure", dim && "stale", refuted && "refuted"].filter(Boolean).join(" ")}>
        <Figure document={document} selection={selection} limits={limits} {...figure} />
      </div>
    </>
  );
}
