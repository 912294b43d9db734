import { useState } from "react";
import { t } from "../../../ui/i18n";

/** What was typed as a number: null for nothing, undefined for what is none. A real minus and a decimal comma are read too. */
export function readNumber(typed: string): number | null | undefined {
  const text = typed.trim().replace("\u2212", "-").replace(",", ".");
  if (text === "") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

interface NumberFieldProps {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

/** A number that may be missing; what is typed stays as typed. */
export function NumberField({ label, value, onChange }: NumberFieldProps) {
  const [typed, setTyped] = useState(value === null ? "" : String(value));
  const unreadable = readNumber(typed) === undefined;
  return (
    <label className="column g4 report-number">
      <span className="sm ink-2">{label}</span>
      <input
        className="field"
        inputMode="decimal"
        autoComplete="off"
        aria-invalid={unreadable || undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          const number = readNumber(event.target.value);
          if (number !== undefined) onChange(number);
        }}
      />
      {unreadable && <span className="xs report-problem">{t("app.form.unreadable.number")}</span>}
    </label>
  );
}
