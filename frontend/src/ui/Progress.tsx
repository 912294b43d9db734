import "./Progress.css";
import { t } from "./i18n";

interface ProgressProps {
  /** Share done, 0–1; null while unknown. */
  value: number | null;
  label?: string;
}

/** A thin bar. Assistive technology hears it in quarters, not at every step. */
export function Progress({ value, label = t("ui.progress") }: ProgressProps) {
  const share = value == null ? null : Math.max(0, Math.min(1, value));
  return (
    <div
      className={share == null ? "progress unknown" : "progress"}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share == null ? undefined : Math.floor(share * 4) * 25}
    >
      <i style={share == null ? undefined : { width: `${share * 100}%` }} />
    </div>
  );
}
