import type { Measured } from "../../../state/claim";
import { checkNumber } from "../../../ui/Badge";
import { t } from "../../../ui/i18n";

/** The numbers that a panel's result states. */
export interface Offered {
  title: string;
  numbers: Measured[];
}

interface TakeNumberProps {
  label: string;
  offered: Offered[];
  onTake: (number: Measured) => void;
}

/** A list of what the panels measured; choosing one fills it in. A native select, as it is with every keyboard and phone. */
export function TakeNumber({ label, offered, onTake }: TakeNumberProps) {
  const groups = offered.filter(({ numbers }) => numbers.length > 0);
  if (groups.length === 0) return null;
  const all = groups.flatMap(({ numbers }) => numbers);
  const places = groups.map((_, group) => groups.slice(0, group).flatMap(({ numbers }) => numbers).length);
  return (
    <select
      className="field report-take"
      aria-label={label}
      value=""
      onChange={(event) => onTake(all[Number(event.target.value)])}
    >
      <option value="" disabled>
        {t("app.claim.takeFrom")}
      </option>
      {groups.map(({ title, numbers }, group) => (
        <optgroup key={group} label={title}>
          {numbers.map((number, index) => (
            <option key={index} value={places[group] + index}>
              {t("app.claim.offer", { label: number.label, value: checkNumber(number.value) })}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
