import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Popover } from "../../ui/Popover";
import type { Series } from "./curve";

interface SeriesPickerProps {
  series: readonly Series[];
  wanted: ReadonlySet<number>;
  onChange: (wanted: ReadonlySet<number>) => void;
}

/** Which of many series are drawn; one stays. */
export function SeriesPicker({ series, wanted, onChange }: SeriesPickerProps) {
  const flip = (index: number) => {
    const next = new Set(wanted);
    if (!next.delete(index)) next.add(index);
    if (next.size > 0) onChange(next);
  };
  const label = t("kinds.curve.series");
  const some = t("kinds.curve.some", { shown: wanted.size, total: series.length });
  return (
    <Popover
      label={label}
      trigger={
        <button type="button" className="select series-picker" aria-label={`${label} ${some}`}>
          <span className="select-label">{label}</span>
          <span className="select-value">{some}</span>
          <Icon name="chevronDown" size={12} />
        </button>
      }
    >
      <div role="group" aria-label={label} className="series-choice">
        {series.map(({ index, name }) => (
          <label key={index}>
            <input type="checkbox" checked={wanted.has(index)} onChange={() => flip(index)} />
            {name}
          </label>
        ))}
      </div>
    </Popover>
  );
}
