import { useEffect } from "react";
import type { PanelRun } from "../state/runs";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { announce } from "../ui/live";
import { seconds } from "../ui/numbers";
import { Progress } from "../ui/Progress";
import { useClock } from "./timing";

/** What a run is doing: its place in line, or its stage with rate and time left. */
export function Running({ run, title, onCancel }: { run: PanelRun; title: string; onCancel: () => void }) {
  const { progress, queue, status } = run;
  const now = useClock(true);
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  const quarter = share === null ? 0 : Math.floor(share * 4) * 25;
  useEffect(() => {
    if (quarter > 0) announce(t("app.run.announce", { title, percent: quarter }));
  }, [quarter, title]);

  const elapsed = (now - run.started) / 1000;
  const left = share !== null && share > 0.02 && elapsed > 1 ? (elapsed / share) * (1 - share) : null;
  const cancel = (
    <Button size="s" onClick={onCancel}>
      {t("app.run.cancel")}
    </Button>
  );
  if (status === "queued" && queue?.position) {
    return (
      <div className="panel-progress">
        <Icon name="clock" />
        <span className="bold">{t("app.run.inLine", { position: queue.position })}</span>
        <span className="ink-3 grow">{queue.eta === null ? "" : t("app.run.left", { time: seconds(queue.eta) })}</span>
        {cancel}
      </div>
    );
  }
  const counts =
    progress && progress.total > 1 ? t("app.run.done", { done: progress.done, total: progress.total }) : null;
  const rate =
    progress && progress.done > 0 && elapsed > 1
      ? t("app.run.rate", { rate: (progress.done / elapsed).toFixed(1) })
      : null;
  const facts = [counts, rate, left === null ? null : t("app.run.left", { time: seconds(left) })].filter(
    (fact) => fact !== null,
  );
  return (
    <div className="panel-progress">
      <span className="bold">{status === "lost" ? t("app.run.lost") : (progress?.stage ?? t("app.run.working"))}</span>
      <span className="ink-3 grow">{facts.join(" · ")}</span>
      {cancel}
      <Progress value={share} label={t("app.run.progress", { title })} />
    </div>
  );
}
