import "./Legend.css";
import { t } from "./i18n";

export interface LegendProps {
  /** The ramp: prob, attn, unc, feat, mag, eff or dif. */
  scale: string;
  low: string;
  high: string;
  title?: string;
  width?: number;
}

const steps = (scale: string) => (scale === "eff" || scale === "dif" ? 25 : 13);

/** Every step of a ramp with the numbers at its ends. */
export function Legend({ scale, low, high, title, width }: LegendProps) {
  return (
    <span className="legend" role="img" aria-label={t("ui.legend", { title: title ?? "", low, high })}>
      {title && <span className="legend-title">{title}</span>}
      <span>{low}</span>
      <span className="legend-ramp" style={width ? { width } : undefined}>
        {Array.from({ length: steps(scale) }, (_, i) => (
          <i key={i} style={{ background: `var(--${scale}${i})` }} />
        ))}
      </span>
      <span>{high}</span>
    </span>
  );
}
