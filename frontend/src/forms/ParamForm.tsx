import { useId } from "react";
import type { FieldProblem, JsonValue } from "../api/types";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Control } from "./Control";
import "./ParamForm.css";
import { sameValue, type Field } from "./schema";
import { refuse } from "./validate";

export type Params = Record<string, JsonValue>;

interface ParamFormProps {
  fields: Field[];
  params: Params;
  onChange: (params: Params) => void;
  /** What the server said about single fields. */
  problems?: FieldProblem[];
  disabled?: boolean;
}

/** The value of a field: the one set, or else what the method uses. */
export const valueOf = (field: Field, params: Params): JsonValue =>
  field.name in params ? params[field.name] : field.initial;

/** Parameters with one field set; a field set to its initial value is not kept. */
export function withValue(field: Field, params: Params, value: JsonValue): Params {
  const { [field.name]: _old, ...rest } = params;
  return sameValue(value, field.initial) ? rest : { ...rest, [field.name]: value };
}

/** What the server said about a field or a part of it. */
export const problemOf = ({ name }: Field, problems: FieldProblem[]): string | undefined =>
  problems.find(({ field }) => field === name || field.startsWith(`${name}.`))?.message;

/** Parameters of a method, made from its JSON Schema. */
export function ParamForm({ fields, params, onChange, problems = [], disabled }: ParamFormProps) {
  return (
    <div className="param-form">
      {fields.map((field) => (
        <FieldRow
          key={field.name}
          field={field}
          value={valueOf(field, params)}
          problem={problemOf(field, problems)}
          disabled={disabled}
          onChange={(value) => onChange(withValue(field, params, value))}
        />
      ))}
    </div>
  );
}

interface FieldRowProps {
  field: Field;
  value: JsonValue;
  problem: string | undefined;
  disabled: boolean | undefined;
  onChange: (value: JsonValue) => void;
}

function FieldRow({ field, value, problem, disabled, onChange }: FieldRowProps) {
  const id = useId();
  const changed = !sameValue(value, field.initial);
  const refusal = refuse(field, value);
  const message = refusal ? t(`app.form.problem.${refusal.key}`, refusal.values) : problem;
  const described = [field.description && `${id}-note`, message && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className={changed ? "param changed" : "param"}>
      <div className="param-head">
        <label htmlFor={id} id={`${id}-label`}>
          {field.label}
        </label>
        {changed && !disabled && (
          <Button
            variant="quiet"
            size="s"
            className="param-reset"
            aria-label={t("app.form.resetOne", { name: field.label })}
            onClick={() => onChange(field.initial)}
          >
            {t("app.form.reset")}
          </Button>
        )}
      </div>
      <Control
        id={id}
        field={field}
        value={value}
        disabled={disabled}
        invalid={message !== undefined}
        describedBy={described || undefined}
        onChange={onChange}
      />
      {message && (
        <p className="param-problem" id={`${id}-problem`}>
          {message}
        </p>
      )}
      {field.description && (
        <p className="param-note" id={`${id}-note`}>
          {field.description}
        </p>
      )}
    </div>
  );
}
