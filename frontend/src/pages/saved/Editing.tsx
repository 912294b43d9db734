import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { analysisQuery, changeAnalysis, deleteAnalysis } from "../../api/analyses";
import { asProblem } from "../../api/client";
import type { SavedAnalysis, SavedLink } from "../../api/types";
import { forgetLink, ownLink } from "../../state/ownLinks";
import { changesOf, headOf, reportOfSaved } from "../../state/saved";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { Ribbon } from "../../ui/Notice";
import { toast } from "../../ui/Toast";
import { DeleteLink } from "./report/DeleteLink";
import { ReportForm } from "./report/ReportForm";

const FORM = "edit-form";

interface EditingProps {
  analysis: SavedAnalysis;
  open: boolean;
  /** What was written stays until the page is left. */
  onClose: () => void;
}

/** Writing on a saved report, from the browser that saved it. Its results stay what they were. */
export default function Editing({ analysis, open, onClose }: EditingProps) {
  const { id } = analysis;
  const client = useQueryClient();
  const [report, setReport] = useState(() => reportOfSaved(analysis));
  const { queryKey } = analysisQuery(id);
  const change = useMutation({
    mutationFn: (link: SavedLink) => changeAnalysis(link, changesOf(report, t("app.untitled"))),
    onSuccess: () => {
      toast({ text: t("app.share.changed"), tone: "ok", duration: 2500 });
      onClose();
      return client.invalidateQueries({ queryKey });
    },
  });
  const remove = useMutation({
    mutationFn: deleteAnalysis,
    onSuccess: () => {
      forgetLink(id);
      onClose();
      return client.resetQueries({ queryKey, exact: true });
    },
  });
  const discard = () => {
    setReport(reportOfSaved(analysis));
    onClose();
  };
  const link = ownLink(id);
  const problem = change.error ?? remove.error;
  const heads = new Map(analysis.results.map((result) => [result.key, headOf(result)]));
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("app.share.editTitle")}
      wide
      footer={
        <>
          {link && <DeleteLink onDelete={() => remove.mutate(link)} />}
          <span className="grow" />
          <Button onClick={discard}>{t("app.share.discard")}</Button>
          <Button variant="primary" type="submit" form={FORM} disabled={change.isPending || !link}>
            {t("app.share.change")}
          </Button>
        </>
      }
    >
      {problem && <Ribbon tone="fail">{asProblem(problem).body.message}</Ribbon>}
      <ReportForm
        id={FORM}
        report={report}
        onChange={setReport}
        onSubmit={() => link && change.mutate(link)}
        source={(key) => heads.get(key) ?? null}
      />
    </Dialog>
  );
}
