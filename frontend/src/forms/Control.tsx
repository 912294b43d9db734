import { lazy, Suspense, useState } from "react";
import type { JsonValue } from "../api/types";
import { t } from "../ui/i18n";
import { Segmented } from "../ui/Segmented";
import type { Field } from "./schema";
import { TextList } from "./TextList";
import { formatTyped, parseTyped } from "./validate";

export interface ControlProps {
  id: string;
  field: Field;
  value: JsonValue;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string;
  onChange: (value: JsonValue) => void;
}

/** Options of which so many are still all shown at once, when their names are short. */
const SHOWN_AT_ONCE = 4;
const SHORT = 30;

const SPECIAL = {
  lines: lazy(() => import("./Lines")),
  models: lazy(() => import("./ModelsChoice")),
  prompt_set: lazy(() => import("./PromptSetChoice")),
};

/** The control that suits a field. */
export function Control(props: ControlProps) {
  const Special = SPECIAL[props.field.widget as keyof typeof SPECIAL];
  if (Special)
    return (
      <Suspense fallback={null}>
        <Special {...props} />
      </Suspense>
    );
  switch (props.field.kind) {
    case "boolean":
      return <Toggle {...props} />;
    case "choice":
      return <Choice {...props} />;
    case "choices":
      return <Choices {...props} />;
    case "texts":
      return <TextList {...props} />;
    default:
      return <Typed {...props} />;
  }
}

const attributes = ({ id, disabled, invalid, describedBy }: ControlProps) => ({
  id,
  disabled,
  "aria-invalid": invalid || undefined,
  "aria-describedby": describedBy,
});

export const optionLabel = (value: JsonValue): string =>
  value === null ? t("app.form.unset") : typeof value === "string" ? value.replaceAll("_", " ") : String(value);

function Toggle(props: ControlProps) {
  const { value, onChange } = props;
  return (
    <span className="row g6">
      <input
        type="checkbox"
        role="switch"
        className="switch"
        {...attributes(props)}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="ink-2" aria-hidden="true">
        {t(value === true ? "app.form.on" : "app.form.off")}
      </span>
    </span>
  );
}

function Choice(props: ControlProps) {
  const { field, value, disabled, onChange } = props;
  const options = field.nullable ? [null, ...field.options] : field.options;
  const entries = options.map((option, index) => ({ value: String(index), label: optionLabel(option), disabled }));
  const current = String(
    Math.max(
      0,
      options.findIndex((option) => option === value),
    ),
  );
  const choose = (index: string) => onChange(options[Number(index)]);
  const letters = entries.reduce((sum, { label }) => sum + label.length, 0);
  if (entries.length <= SHOWN_AT_ONCE && letters <= SHORT) {
    return <Segmented label={field.label} options={entries} value={current} onChange={choose} size="s" />;
  }
  return (
    <select className="field" {...attributes(props)} value={current} onChange={(event) => choose(event.target.value)}>
      {entries.map((entry) => (
        <option key={entry.value} value={entry.value}>
          {entry.label}
        </option>
      ))}
    </select>
  );
}

function Choices(props: ControlProps) {
  const { field, value, disabled, onChange, id } = props;
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (option: JsonValue) =>
    onChange(field.options.filter((other) => (other === option ? !chosen.includes(other) : chosen.includes(other))));
  return (
    <div id={id} role="group" aria-label={field.label} aria-describedby={props.describedBy} className="row wrap g12">
      {field.options.map((option) => (
        <label key={String(option)} className="row g4">
          <input
            type="checkbox"
            checked={chosen.includes(option)}
            disabled={disabled}
            onChange={() => toggle(option)}
          />
          {optionLabel(option)}
        </label>
      ))}
    </div>
  );
}

const NUMERIC = new Set(["integer", "number"]);

/** A field of text: what is typed is read when it can be, and kept as typed until then. */
function Typed(props: ControlProps) {
  const { field, value, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const unreadable = typed !== null && parseTyped(field, typed) === undefined;
  return (
    <>
      <input
        className={field.kind === "text" || field.kind === "json" ? "field mono" : "field"}
        {...attributes(props)}
        aria-invalid={props.invalid || unreadable || undefined}
        type="text"
        inputMode={
          NUMERIC.has(field.kind)
            ? field.kind === "integer" && (field.minimum ?? -1) >= 0
              ? "numeric"
              : "text"
            : undefined
        }
        spellCheck={false}
        autoComplete="off"
        placeholder={
          field.nullable ? t("app.form.unset") : field.kind === "indices" ? t("app.form.indices") : undefined
        }
        value={typed ?? formatTyped(field, value)}
        onChange={(event) => {
          setTyped(event.target.value);
          const next = parseTyped(field, event.target.value);
          if (next !== undefined) onChange(next);
        }}
        onBlur={() => setTyped(null)}
      />
      {unreadable && (
        <p className="param-problem">
          {t(`app.form.unreadable.${NUMERIC.has(field.kind) ? "number" : field.kind === "json" ? "json" : "list"}`)}
        </p>
      )}
    </>
  );
}
