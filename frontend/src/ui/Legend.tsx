import "./Legend.css";
import { t } from "./i18n";

export interface LegendProps {
  /** The ramp: prob, attn, unc, feat, mag, eff or dif. */
  scale: string;
  /** The limits in force, as they are printed. */
  low: string;
  high: string;
  /** What the colours stand for; read aloud, not drawn. */
  title?: string;
  unit?: string;
  width?: number;
}

const isDiverging = (scale: string) => scale === "eff" || scale === "dif";
/** As many as a ramp has: the sequential ones 13, the diverging ones twice as many less the shared middle. */
const stepsOf = (scale: string) => (isDiverging(scale) ? 25 : 13);

/** Every step of a ramp, so that a cell can be matched to its class, with the limits at its ends. */
export function Legend({ scale, low, high, title = "", unit, width }: LegendProps) {
  const most = unit ? `${high} ${unit}` : high;
  const sides = scale === "dif";
  return (
    <span className="legend" role="img" aria-label={t("ui.legend", { title, low, high: most })}>
      {sides && <span className="legend-side b">B</span>}
      <span>{low}</span>
      <span className="legend-ramp" style={width ? { width } : undefined}>
        {Array.from({ length: stepsOf(scale) }, (_, i) => (
          <i key={i} style={{ background: `var(--${scale}${i})` }} />
        ))}
      </span>
      <span>{most}</span>
      {sides && <span className="legend-side a">A</span>}
    </span>
  );
}
