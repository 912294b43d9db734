import { useEffect } from "react";
import { useRuns, type PanelRun } from "../state/runs";
import { useMethods } from "../state/catalogue";
import { useWorkspace } from "../state/workspace";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { announce } from "../ui/live";
import { decimal, seconds } from "../ui/numbers";
import { Progress } from "../ui/Progress";
import { useClock } from "./timing";

interface RunningProps {
  run: PanelRun;
  title: string;
  onCancel: () => void;
}

/** What a run is doing: its place in line, or its stage with rate and time left. */
export function Running(props: RunningProps) {
  const { status, queue } = props.run;
  return status === "queued" && queue?.position ? <Queued {...props} /> : <Working {...props} />;
}

/** The panel of this page whose run comes right before a place in line, by name; null when it is nobody's here. */
function useBefore(position: number): string | null {
  const uid = useRuns(({ runs }) => {
    const before = Object.values(runs).find(({ status, queue }) =>
      position === 1 ? status === "running" : status === "queued" && queue?.position === position - 1,
    );
    return before?.uid.replace(/\/b$/, "") ?? null;
  });
  const panel = useWorkspace(({ panels }) => panels.find((one) => one.uid === uid));
  const method = useMethods().find(({ id }) => id === panel?.method);
  return panel?.title ?? method?.title ?? null;
}

function Queued({ run, onCancel }: RunningProps) {
  const position = run.queue?.position ?? 1;
  const eta = run.queue?.eta ?? null;
  const before = useBefore(position);
  const facts = [
    before === null ? null : t("app.run.after", { title: before }),
    eta === null ? null : t("app.run.left", { time: seconds(eta) }),
  ].filter((fact) => fact !== null);
  return (
    <div className="panel-progress">
      <Icon name="clock" />
      <span className="bold">{t("app.run.inLine", { position })}</span>
      <span className="ink-3 grow">{facts.join(", ")}</span>
      <Cancel onCancel={onCancel} />
      <p className="ink-2">{t("app.run.keepWorking")}</p>
    </div>
  );
}

/** One decimal where whole numbers would say little. */
const rateText = (rate: number) => decimal(rate, rate < 10 ? 1 : 0);

function Working({ run, title, onCancel }: RunningProps) {
  const { progress, status } = run;
  const now = useClock(true);
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  const quarter = share === null ? 0 : Math.floor(share * 4) * 25;
  useEffect(() => {
    if (quarter > 0) announce(t("app.run.announce", { title, percent: quarter }));
  }, [quarter, title]);

  const elapsed = (now - run.started) / 1000;
  const left = share !== null && share > 0.02 && elapsed > 1 ? (elapsed / share) * (1 - share) : null;
  const counted = progress !== null && progress.total > 1;
  const facts = [
    counted ? t("app.run.done", { done: progress.done, total: progress.total }) : null,
    counted && progress.done > 0 && elapsed > 1 ? t("app.run.rate", { rate: rateText(progress.done / elapsed) }) : null,
    left === null ? null : t("app.run.left", { time: seconds(left) }),
  ].filter((fact) => fact !== null);
  return (
    <div className="panel-progress">
      <span className="bold">{status === "lost" ? t("app.run.lost") : (progress?.stage ?? t("app.run.working"))}</span>
      <span className="ink-3 grow">{facts.join(" · ")}</span>
      <Cancel onCancel={onCancel} />
      <Progress value={share} label={t("app.run.progress", { title })} />
    </div>
  );
}

function Cancel({ onCancel }: { onCancel: () => void }) {
  return (
    <Button size="s" onClick={onCancel}>
      {t("app.run.cancel")}
    </Button>
  );
}
