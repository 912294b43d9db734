import { useId, useRef, useState } from "react";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import type { ControlProps } from "./Control";
import "./Lines.css";
import { ACCEPTED, textsIn, UnreadableFile } from "./textFile";

const ROWS = 6;
const read = (typed: string) => typed.split(/\r?\n/).filter((line) => line.trim() !== "");

/** A list of texts as lines: typed, pasted, or from a file. Empty lines do not count. */
export default function Lines({ id, field, value, disabled, invalid, describedBy, onChange }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const noteId = useId();
  const file = useRef<HTMLInputElement>(null);
  const lines = Array.isArray(value) ? value.map(String) : [];
  // A text of several lines cannot be told from several texts here.
  const several = lines.some((line) => line.includes("\n"));
  const take = async (chosen: File) => {
    try {
      const texts = await textsIn(chosen);
      const most = field.maxItems ?? texts.length;
      onChange(texts.slice(0, most));
      setTyped(null);
      setNote(
        t("app.form.file.taken", { taken: Math.min(most, texts.length), total: texts.length, name: chosen.name }),
      );
    } catch (problem) {
      setNote(problem instanceof UnreadableFile ? problem.message : t("app.form.file.failed", { name: chosen.name }));
    }
  };
  return (
    <div className="lines-field">
      <textarea
        id={id}
        className="field mono"
        rows={ROWS}
        disabled={disabled}
        readOnly={several}
        aria-invalid={invalid || undefined}
        aria-describedby={[describedBy, note && noteId].filter(Boolean).join(" ") || undefined}
        spellCheck={false}
        value={typed ?? lines.join("\n")}
        onChange={(event) => {
          setTyped(event.target.value);
          const next = read(event.target.value);
          onChange(next.length === 0 && field.nullable ? null : next);
        }}
        onBlur={() => setTyped(null)}
      />
      <div className="lines-foot">
        <input
          ref={file}
          type="file"
          accept={ACCEPTED}
          hidden
          aria-label={t("app.form.file.choose")}
          onChange={({ target }) => {
            if (target.files?.[0]) void take(target.files[0]);
            target.value = "";
          }}
        />
        <Button size="s" variant="quiet" disabled={disabled} onClick={() => file.current?.click()}>
          {t("app.form.file.choose")}
        </Button>
        {lines.length > 0 && (
          <Button
            size="s"
            variant="quiet"
            disabled={disabled}
            onClick={() => {
              onChange(field.nullable ? null : []);
              setNote(null);
            }}
          >
            {t("app.form.file.clear")}
          </Button>
        )}
        <span id={noteId} role="status">
          {note ?? (lines.length > 0 ? t("app.form.file.count", { count: lines.length }) : "")}
          {several && ` ${t("app.form.file.several")}`}
        </span>
      </div>
    </div>
  );
}
