import { useId, useState, type KeyboardEvent } from "react";
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { modelName, modelShape, memoryOrState } from "../frame/modelState";

export const SOURCE_ID = "model-source";
const LONGEST = 4096;

/** To the field in which a model is named. */
export const focusSource = (): void => document.getElementById(SOURCE_ID)?.focus();

interface SourceFieldProps {
  value: string;
  /** The models of this server's folders that are not loaded. */
  offered: Model[];
  /** The id of what tells about the value, and whether it is a fault. */
  describedBy: string;
  invalid: boolean;
  onChange: (value: string) => void;
}

const matches = (model: Model, text: string) =>
  [model.id, model.title ?? ""].some((name) => name.toLowerCase().includes(text.trim().toLowerCase()));

/** A path, a hub id, or the id of a listed model, which it offers. Arrows choose, Enter takes. */
export function SourceField({ value, offered, describedBy, invalid, onChange }: SourceFieldProps) {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const list = useId();
  const hits = offered.filter((model) => model.id !== value.trim() && matches(model, value));
  const shown = open && hits.length > 0;
  const current = Math.min(active, hits.length - 1);
  const option = (index: number) => `${list}-${index}`;
  const take = (id: string) => {
    setOpen(false);
    setActive(-1);
    onChange(id);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && hits.length > 0) {
      setOpen(true);
      setActive(current < 0 && step < 0 ? hits.length - 1 : (current + step + hits.length) % hits.length);
    } else if (event.key === "Enter" && shown && current >= 0) take(hits[current].id);
    else if (event.key === "Escape" && shown) setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div className="source-field">
      <input
        id={SOURCE_ID}
        className="field mono"
        role="combobox"
        aria-label={t("app.models.load")}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={list}
        aria-activedescendant={shown && current >= 0 ? option(current) : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        value={value}
        placeholder={t("app.models.placeholder")}
        maxLength={LONGEST}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setOpen(true);
          setActive(-1);
          onChange(event.target.value);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label={t("app.models.offered")} className="source-list menu" hidden={!shown}>
        {hits.map((model, index) => (
          // Chosen from the field with arrows and Enter.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={model.id}
            id={option(index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className="menu-item"
            data-highlighted={index === current ? "" : undefined}
            // The field keeps the focus, so that the list is still there for the click.
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setActive(index)}
            onClick={() => take(model.id)}
          >
            <span className="clip">{modelName(model)}</span>
            <span className="menu-detail">
              {modelShape(model)} · {memoryOrState(model)}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
