import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "../api/models";
import { addMessages, t } from "../ui/i18n";
import modelsChoice from "../i18n/en/modelsChoice.json";
import type { ControlProps } from "./Control";
import "./ModelsChoice.css";

addMessages(modelsChoice);

/** Several of the server's models, up to the method's limit. One that the server no longer has stays, to be taken out. */
export default function ModelsChoice({ id, field, value, disabled, invalid, describedBy, onChange }: ControlProps) {
  const { data: models = [] } = useQuery(modelsQuery);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const listed = models.filter((model) => !field.without?.includes(model.id));
  const names = new Map(listed.map((model) => [model.id, model.title ?? model.id]));
  const lost = chosen.filter((each) => !names.has(each) && !field.without?.includes(each));
  const full = field.maxItems !== undefined && chosen.length >= field.maxItems;
  const toggle = (model: string) => {
    const next = chosen.includes(model) ? chosen.filter((each) => each !== model) : [...chosen, model];
    onChange(next.length === 0 && field.nullable ? null : next);
  };
  return (
    <div id={id} role="group" aria-label={field.label} aria-describedby={describedBy}>
      <div className="models-choice">
        {[...names.keys(), ...lost].map((model) => (
          <label key={model}>
            <input
              type="checkbox"
              checked={chosen.includes(model)}
              disabled={disabled || (full && !chosen.includes(model))}
              aria-invalid={(invalid && chosen.includes(model)) || undefined}
              onChange={() => toggle(model)}
            />
            <span>{names.get(model) ?? model}</span>
          </label>
        ))}
        {names.size + lost.length === 0 && <p className="param-note">{t("app.form.models.none")}</p>}
      </div>
      <p className="param-note" role="status">
        {field.maxItems !== undefined && t("app.form.models.chosen", { chosen: chosen.length, most: field.maxItems })}
      </p>
    </div>
  );
}
