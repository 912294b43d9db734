import type { Claim, Measured } from "../../state/claim";
import { spanOf } from "../../state/claim";
import { t } from "../../ui/i18n";
import { interval, signed } from "../../ui/numbers";

/** Room beside the outermost numbers, as a share of the whole. */
const MARGIN = 0.12;
/** Marks nearer than this share would write over each other. */
const TOUCHING = 0.14;

/** The effect with its interval on a line, beside its control and zero. */
export function ClaimPicture({ claim, digits }: { claim: Claim; digits: number }) {
  const { effect, control } = claim;
  if (effect.value === null) return null;
  const ends = [0, ...(spanOf(effect) ?? []), ...(spanOf(control) ?? [])];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const width = most - least || 1;
  const share = (x: number) => MARGIN + ((x - least) / width) * (1 - 2 * MARGIN);
  const percent = (x: number) => `${(100 * share(x)).toFixed(2)}%`;
  const zeroTouches = Math.abs(share(effect.value) - share(0)) < TOUCHING;
  return (
    <div className="claim-picture" role="img" aria-label={inWords(claim, digits)}>
      <i className="claim-line" />
      <i className="claim-zero" style={{ insetInlineStart: percent(0) }} />
      <Mark measured={control} name="control" percent={percent} />
      <Mark measured={effect} name="effect" percent={percent} />
      {!zeroTouches && (
        <span className="claim-number" style={{ insetInlineStart: percent(0) }}>
          0
        </span>
      )}
      <span className="claim-number" style={{ insetInlineStart: percent(effect.value) }}>
        {signed(effect.value, digits)}
      </span>
    </div>
  );
}

interface MarkProps {
  measured: Measured;
  name: string;
  percent: (x: number) => string;
}

function Mark({ measured, name, percent }: MarkProps) {
  const { value, low, high } = measured;
  return (
    <>
      {low !== null && high !== null && (
        <i
          className={`claim-band ${name}`}
          style={{ insetInlineStart: percent(low), insetInlineEnd: `calc(100% - ${percent(high)})` }}
        />
      )}
      {value !== null && <i className={`claim-dot ${name}`} style={{ insetInlineStart: percent(value) }} />}
    </>
  );
}

const said = ({ value, low, high }: Measured, name: string, digits: number): string | null =>
  value === null
    ? null
    : t("app.claim.said", {
        name,
        value: signed(value, digits),
        interval: low !== null && high !== null ? interval(low, high, digits) : "none",
      });

const inWords = ({ effect, control }: Claim, digits: number): string =>
  [
    said(effect, effect.label || t("app.claim.effect"), digits),
    said(control, control.label || t("app.claim.control"), digits),
  ]
    .filter(Boolean)
    .join(" ");
