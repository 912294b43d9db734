import { useState } from "react";
import type { ControlProps } from "./Control";

const ROWS = 6;
const read = (typed: string) => typed.split(/\r?\n/).filter((line) => line.trim() !== "");

/** A list of texts as lines: typed, or pasted from wherever they are. Empty lines do not count. */
export default function Lines({ id, field, value, disabled, invalid, describedBy, onChange }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const lines = Array.isArray(value) ? value.map(String) : [];
  return (
    <textarea
      id={id}
      className="field mono"
      rows={ROWS}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      spellCheck={false}
      value={typed ?? lines.join("\n")}
      onChange={(event) => {
        setTyped(event.target.value);
        const next = read(event.target.value);
        onChange(next.length === 0 && field.nullable ? null : next);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
