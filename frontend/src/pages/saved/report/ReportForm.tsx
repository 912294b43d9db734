import type { FormEvent } from "react";
import type { NumberSource } from "../../../state/claim";
import type { Report } from "../../../state/saved";
import { t } from "../../../ui/i18n";
import { Blocks } from "./Blocks";
import { ClaimForm } from "./ClaimForm";
import { MarkdownField } from "./MarkdownField";
import "./ReportForm.css";

/** What the server takes. */
const TITLE_LENGTH = 300;

interface ReportFormProps {
  /** Of the form, for a button that stands outside of it. */
  id: string;
  report: Report;
  onChange: (report: Report) => void;
  onSubmit: () => void;
  /** A result by its key, for the numbers that a claim takes over. */
  source: (key: string) => NumberSource | null;
}

/** Title, texts, the order of the panels, and the claim. */
export function ReportForm({ id, report, onChange, onSubmit, source }: ReportFormProps) {
  const change = (part: Partial<Report>) => onChange({ ...report, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form id={id} className="column g16 report-form" onSubmit={submit}>
      <label className="column g4">
        <span className="report-label">{t("app.share.name")}</span>
        <input
          className="field"
          data-first
          dir="auto"
          value={report.title}
          maxLength={TITLE_LENGTH}
          placeholder={t("app.untitled")}
          onChange={(event) => change({ title: event.target.value })}
        />
      </label>
      <MarkdownField
        label={t("app.share.notes")}
        hint={t("app.share.notesHint")}
        rows={5}
        value={report.notes}
        onChange={(notes) => change({ notes })}
      />
      <Blocks blocks={report.blocks} onChange={(blocks) => change({ blocks })} />
      <MarkdownField
        label={t("app.share.after")}
        rows={2}
        value={report.after}
        onChange={(after) => change({ after })}
      />
      <ClaimForm report={report} onChange={change} source={source} />
    </form>
  );
}
