import { useId } from "react";
import type { FieldProblem, JsonValue } from "../api/types";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { Popover } from "../ui/Popover";
import { Select } from "../ui/Select";
import { optionLabel } from "./Control";
import { ParamForm, problemOf, valueOf, withValue, type Params } from "./ParamForm";
import "./ParamForm.css";
import { sameValue, type Field } from "./schema";

interface InlineParamsProps {
  fields: Field[];
  params: Params;
  onChange: (params: Params) => void;
  /** What the server said about single fields. */
  problems?: FieldProblem[];
  disabled?: boolean;
  /** Characters that the line has room for; what does not fit is under "more". */
  room?: number;
}

const MOST = 3;
/** What a control takes beside its words. */
const PADDING = 5;

const isShort = ({ kind, options }: Field) => kind === "boolean" || (kind === "choice" && options.length > 1);

/** The fields that stand in the line: short ones, in order, at least one where there is a line at all. */
export function inLine(fields: Field[], params: Params, room: number): Field[] {
  const short = fields.filter(isShort).slice(0, room > 0 ? MOST : 0);
  let taken = 0;
  return short.filter((field, index) => {
    taken += field.label.length + valueLabel(valueOf(field, params)).length + PADDING;
    return index === 0 || taken <= room;
  });
}

const valueLabel = (value: JsonValue): string =>
  typeof value === "boolean" ? t(value ? "app.form.on" : "app.form.off") : optionLabel(value);

/** The parameters people change most, in one line; the others under "more". */
export function InlineParams({ fields, params, onChange, problems = [], disabled, room = 60 }: InlineParamsProps) {
  const inline = inLine(fields, params, room);
  const rest = fields.filter((field) => !inline.includes(field));
  const changed = (field: Field) => !sameValue(valueOf(field, params), field.initial);
  const changedRest = rest.filter(changed).length;
  const faulty = rest.some((field) => problemOf(field, problems) !== undefined);
  const reset = () =>
    onChange(
      Object.fromEntries(Object.entries(params).filter(([name]) => !inline.some((field) => field.name === name))),
    );
  return (
    <>
      {inline.map((field) => (
        <InlineSelect
          key={field.name}
          field={field}
          value={valueOf(field, params)}
          problem={problemOf(field, problems)}
          disabled={disabled}
          onChange={(value) => onChange(withValue(field, params, value))}
        />
      ))}
      {inline.some(changed) && !disabled && (
        <Button variant="quiet" size="s" className="inline-reset" aria-label={t("app.form.resetLine")} onClick={reset}>
          {t("app.form.reset")}
        </Button>
      )}
      {rest.length > 0 && (
        <Popover
          label={t("app.form.all")}
          trigger={
            <Button
              variant="quiet"
              size="s"
              className={["more-params", changedRest > 0 && "changed", faulty && "faulty"].filter(Boolean).join(" ")}
            >
              {t("app.form.more", { changed: changedRest })}
              {faulty && <span className="sr-only">{t("app.form.faulty")}</span>}
              <Icon name={faulty ? "alert" : "chevronDown"} size={12} />
            </Button>
          }
        >
          <ParamForm fields={rest} params={params} onChange={onChange} problems={problems} disabled={disabled} />
          {Object.keys(params).length > 0 && !disabled && (
            <Button size="s" variant="quiet" icon="undo" onClick={() => onChange({})}>
              {t("app.form.resetAll")}
            </Button>
          )}
        </Popover>
      )}
    </>
  );
}

interface InlineSelectProps {
  field: Field;
  value: JsonValue;
  problem: string | undefined;
  disabled: boolean | undefined;
  onChange: (value: JsonValue) => void;
}

function InlineSelect({ field, value, problem, disabled, onChange }: InlineSelectProps) {
  const id = useId();
  const options: JsonValue[] =
    field.kind === "boolean" ? [true, false] : field.nullable ? [null, ...field.options] : field.options;
  return (
    <span className="inline-param">
      <Select
        label={field.label}
        title={field.description}
        value={String(options.findIndex((option) => option === value))}
        options={options.map((option, index) => ({ value: String(index), label: valueLabel(option) }))}
        changed={!sameValue(value, field.initial)}
        disabled={disabled}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={problem === undefined ? undefined : id}
        onChange={(index) => onChange(options[Number(index)])}
      />
      {problem !== undefined && (
        <span className="param-problem" id={id}>
          {problem}
        </span>
      )}
    </span>
  );
}
