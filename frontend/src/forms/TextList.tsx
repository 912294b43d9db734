import { useState, type KeyboardEvent } from "react";
import { IconButton } from "../ui/Button";
import { t } from "../ui/i18n";
import { Token } from "../ui/Token";
import { SPACE_MARK } from "../ui/tokenText";
import type { ControlProps } from "./Control";

const meant = (text: string) => text.replaceAll(SPACE_MARK, " ");

/** A list of texts as chips, with a field that adds one. Spaces are part of a text; a dot stands for one. */
export function TextList({ id, field, value, disabled, invalid, describedBy, onChange }: ControlProps) {
  const [typed, setTyped] = useState("");
  const texts = Array.isArray(value) ? value.map(String) : [];
  const put = (next: string[]) => onChange(next.length === 0 && field.nullable ? null : next);
  const add = () => {
    if (typed === "" || texts.includes(meant(typed))) return;
    put([...texts, meant(typed)]);
    setTyped("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && typed === "" && texts.length > 0) put(texts.slice(0, -1));
  };
  return (
    <div className="text-list">
      {texts.length > 0 && (
        <ul className="row wrap g4" aria-label={field.label}>
          {texts.map((text) => (
            <li key={text} className="row g2">
              <Token token={{ text }} />
              {!disabled && (
                <IconButton
                  icon="close"
                  label={t("app.form.removeText", { text })}
                  onClick={() => put(texts.filter((other) => other !== text))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        className="field mono"
        disabled={disabled}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        spellCheck={false}
        autoComplete="off"
        placeholder={t("app.form.addText")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={add}
      />
    </div>
  );
}
