import type { FieldProblem, JsonValue } from "../api/types";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { Popover } from "../ui/Popover";
import { Select } from "../ui/Select";
import { optionLabel } from "./Control";
import { ParamForm, valueOf, withValue, type Params } from "./ParamForm";
import { sameValue, type Field } from "./schema";

interface InlineParamsProps {
  fields: Field[];
  params: Params;
  onChange: (params: Params) => void;
  problems?: FieldProblem[];
  disabled?: boolean;
  /** How many stand in the line; the others are under "more". */
  most?: number;
}

const fits = ({ kind, options }: Field) => kind === "boolean" || (kind === "choice" && options.length > 1);

/** The parameters people change most, in one line; all of them under "more". */
export function InlineParams({ fields, params, onChange, problems, disabled, most = 3 }: InlineParamsProps) {
  const inline = fields.filter(fits).slice(0, most);
  const rest = fields.filter((field) => !inline.includes(field));
  const changedRest = rest.filter((field) => !sameValue(valueOf(field, params), field.initial)).length;
  const faulty = problems?.some(({ field }) => rest.some(({ name }) => field.startsWith(name)));
  return (
    <>
      {inline.map((field) => (
        <InlineSelect
          key={field.name}
          field={field}
          value={valueOf(field, params)}
          disabled={disabled}
          onChange={(value) => onChange(withValue(field, params, value))}
        />
      ))}
      {rest.length > 0 && (
        <Popover
          label={t("app.form.all")}
          trigger={
            <Button variant="quiet" size="s" className={changedRest > 0 ? "more-params changed" : "more-params"}>
              {t("app.form.more", { changed: changedRest })}
              {faulty ? <Icon name="alert" size={12} /> : <Icon name="chevronDown" size={12} />}
            </Button>
          }
        >
          <ParamForm fields={fields} params={params} onChange={onChange} problems={problems} disabled={disabled} />
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
  disabled: boolean | undefined;
  onChange: (value: JsonValue) => void;
}

function InlineSelect({ field, value, disabled, onChange }: InlineSelectProps) {
  const options: JsonValue[] =
    field.kind === "boolean" ? [true, false] : field.nullable ? [null, ...field.options] : field.options;
  const label = (option: JsonValue) =>
    typeof option === "boolean" ? t(option ? "app.form.on" : "app.form.off") : optionLabel(option);
  return (
    <Select
      label={field.label}
      title={field.description}
      value={String(options.findIndex((option) => option === value))}
      options={options.map((option, index) => ({ value: String(index), label: label(option) }))}
      changed={!sameValue(value, field.initial)}
      disabled={disabled}
      onChange={(index) => onChange(options[Number(index)])}
    />
  );
}
