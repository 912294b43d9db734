import { t } from "../../ui/i18n";

interface ThresholdProps {
  /** What is drawn from here on, for assistive technology: "links drawn". */
  label: string;
  value: number;
  most: number;
  /** The value as it is printed: `0.12`. */
  text: string;
  onChange: (value: number) => void;
}

const STEPS = 100;

/** From which size on something is drawn. */
export function Threshold({ label, value, most, text, onChange }: ThresholdProps) {
  return (
    <span className="threshold">
      <input
        type="range"
        aria-label={label}
        aria-valuetext={t("kinds.threshold", { value: text })}
        min={0}
        max={most}
        step={most / STEPS}
        value={Math.min(value, most)}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <span aria-hidden="true">{t("kinds.threshold", { value: text })}</span>
    </span>
  );
}
