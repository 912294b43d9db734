import "../messages";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { modelsQuery } from "../../../api/queries";
import type { Model } from "../../../api/types";
import { useMethods } from "../../../state/catalogue";
import { useLayout } from "../../../state/layout";
import { useRuns } from "../../../state/runs";
import { analysisOf, changesOf, reportOf, type Report } from "../../../state/saved";
import { useSharing, type Stage } from "../../../state/sharing";
import { useWorkspace } from "../../../state/workspace";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { t } from "../../../ui/i18n";
import { Ribbon } from "../../../ui/Notice";
import { toast } from "../../../ui/Toast";
import { LinkView } from "./LinkView";
import { ReportForm } from "./ReportForm";
import { Stored } from "./Stored";

const FORM = "share-form";
const NO_MODELS: Model[] = [];

/** Save what is open as a report under a short link. */
export default function Share({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { stage, link } = useSharing();
  const now = useReportNow();
  useFollowing(open, now);
  useOutcome(open, stage);
  const writing = stage === "writing";
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t(link && writing ? "app.share.editTitle" : "app.share.title")}
      wide={writing}
      footer={writing ? <WritingFoot onClose={onClose} /> : <Button onClick={onClose}>{t("app.share.done")}</Button>}
    >
      {writing ? <Writing now={now} /> : <LinkView now={now} onClose={onClose} />}
    </Dialog>
  );
}

/** What is open now as a report, with what was written so far. */
function useReportNow(): () => Report {
  const methods = useMethods();
  const { data: models = NO_MODELS } = useQuery(modelsQuery);
  return useCallback(() => reportOf(methods, models, useSharing.getState().report), [methods, models]);
}

/** While the dialog is open the report follows what is open in the workbench; what is stored is only written on. */
function useFollowing(open: boolean, now: () => Report): void {
  const runs = useRuns((state) => state.runs);
  const following = useSharing(({ stage, link }) => stage === "writing" && link === null);
  useEffect(() => {
    if (open && following) useSharing.getState().write(now());
  }, [open, following, now, runs]);
}

/** Storing that ends when the dialog is closed says so. */
function useOutcome(open: boolean, stage: Stage): void {
  const before = useRef(stage);
  useEffect(() => {
    const ended = before.current === "storing" && stage !== "storing";
    before.current = stage;
    if (!ended || open) return;
    const show = () => useLayout.getState().setDialog("share");
    const failed = stage === "failed";
    toast({
      text: t(failed ? "app.share.failed" : "app.share.stored"),
      tone: failed ? "fail" : "ok",
      action: { label: t("app.share.show"), run: show },
    });
  }, [open, stage]);
}

function Writing({ now }: { now: () => Report }) {
  const { report, link, write, store, change } = useSharing();
  const open = useWorkspace((workspace) => workspace.panels.length);
  // Where writing takes the place of the link, the button that was pressed is gone.
  useEffect(() => document.querySelector<HTMLElement>(`#${FORM} [data-first]`)?.focus(), []);
  if (!report) return null;
  const unfinished = link ? 0 : open - report.blocks.length;
  const submit = () =>
    void (link ? change(changesOf(report, t("app.untitled"))) : store(analysisOf(now(), t("app.untitled"))));
  const source = (key: string) =>
    Object.values(useRuns.getState().runs).find(({ shown }) => shown?.document.key === key)?.shown?.document ?? null;
  return (
    <>
      <ReportForm id={FORM} report={report} onChange={write} onSubmit={submit} source={source} />
      {unfinished > 0 && <Ribbon tone="info">{t("app.share.unfinished", { count: unfinished })}</Ribbon>}
      {!link && <Stored report={report} />}
    </>
  );
}

function WritingFoot({ onClose }: { onClose: () => void }) {
  const { link, leave } = useSharing();
  return (
    <>
      <Button onClick={link ? leave : onClose}>{t(link ? "app.share.back" : "app.close")}</Button>
      <Button variant="primary" type="submit" form={FORM}>
        {t(link ? "app.share.change" : "app.share.save")}
      </Button>
    </>
  );
}
