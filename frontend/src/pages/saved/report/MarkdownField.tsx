import { useId } from "react";

interface MarkdownFieldProps {
  label: string;
  hint?: string;
  rows: number;
  value: string;
  onChange: (text: string) => void;
}

/** What the server takes of the notes; other texts share the room of the workspace. */
const LONGEST = 100_000;

/** A text in Markdown. It grows with what is typed. */
export function MarkdownField({ label, hint, rows, value, onChange }: MarkdownFieldProps) {
  const id = useId();
  return (
    <div className="column g4">
      <label className="report-label" htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        className="field report-text"
        dir="auto"
        rows={rows}
        maxLength={LONGEST}
        aria-describedby={hint ? `${id}-hint` : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && (
        <p id={`${id}-hint`} className="xs ink-3">
          {hint}
        </p>
      )}
    </div>
  );
}
