import { useQuery } from "@tanstack/react-query";
import { promptSetsQuery } from "../api/promptSets";
import { t } from "../ui/i18n";
import type { ControlProps } from "./Control";

/** One of the server's prompt sets, or none. A set that is not among them stays chosen, for the server to speak of. */
export default function PromptSetChoice({ id, value, disabled, invalid, describedBy, onChange }: ControlProps) {
  const { data: sets = [] } = useQuery(promptSetsQuery);
  const chosen = typeof value === "string" ? value : "";
  const known = sets.some((set) => set.id === chosen);
  return (
    <select
      id={id}
      className="field"
      disabled={disabled}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      value={chosen}
      onChange={(event) => onChange(event.target.value || null)}
    >
      <option value="">{t("app.form.unset")}</option>
      {chosen !== "" && !known && <option value={chosen}>{chosen}</option>}
      {sets.map((set) => (
        <option key={set.id} value={set.id}>
          {set.title}
        </option>
      ))}
    </select>
  );
}
