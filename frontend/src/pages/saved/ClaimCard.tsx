import type { Claim, ClaimVerdict, Measured } from "../../state/claim";
import { spanOf, standing } from "../../state/claim";
import type { ShownPanel } from "../../state/saved";
import { Badge, type BadgeTone } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { count, interval, signed } from "../../ui/numbers";
import { ClaimPicture } from "./ClaimPicture";
import { jumpTo } from "./outline";
import "./ClaimCard.css";

const TONES: Record<ClaimVerdict, BadgeTone> = {
  supported: "ok",
  mixed: "warn",
  not_supported: "fail",
  not_tested: "info",
};

/** One sentence, what it rests on, and the effect against its control. */
export function ClaimCard({ claim, panels }: { claim: Claim; panels: readonly ShownPanel[] }) {
  const { sentence, verdict, prompts, effect, control } = claim;
  const digits = digitsFor([effect, control]);
  const stands = standing(claim);
  const evidence = panels.flatMap((panel, index) =>
    panel.evidence ? [{ id: `panel-${index}`, title: panel.title }] : [],
  );
  return (
    <section className="claim" aria-labelledby="claim-title">
      <header className="row">
        <h2 id="claim-title" className="grow">
          {t("app.claim.title")}
        </h2>
        <Badge tone={TONES[verdict]}>{t(`app.claim.verdict.${verdict}`)}</Badge>
      </header>
      <p className="claim-sentence" dir="auto">
        {sentence}
      </p>
      <dl className="pairs">
        {prompts !== null && <Pair label={t("app.claim.prompts")} value={count(prompts)} />}
        <Numbers measured={effect} label={t("app.claim.effect")} digits={digits} />
        <Numbers measured={control} label={t("app.claim.control")} digits={digits} />
      </dl>
      <ClaimPicture claim={claim} digits={digits} />
      {stands && <p className="xs ink-3">{t(`app.claim.stands.${stands}`)}</p>}
      {evidence.length > 0 && (
        <div className="claim-evidence">
          <h3>{t("app.claim.evidence")}</h3>
          <ul>
            {evidence.map(({ id, title }) => (
              <li key={id}>
                <button type="button" className="link" onClick={() => jumpTo(id)}>
                  <bdi>{title}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Pair({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>
        <bdi>{label}</bdi>
      </dt>
      <dd>{value}</dd>
    </>
  );
}

/** A number and, where it is known, its interval. */
function Numbers({ measured, label, digits }: { measured: Measured; label: string; digits: number }) {
  const { value, low, high } = measured;
  const name = measured.label || label;
  return (
    <>
      {value !== null && <Pair label={name} value={signed(value, digits)} />}
      {low !== null && high !== null && (
        <Pair
          label={t("app.claim.interval", { name: value === null ? name : "none" })}
          value={interval(low, high, digits)}
        />
      )}
    </>
  );
}

/** As many decimals as the largest number needs to show two digits, the same for all. */
function digitsFor(numbers: readonly Measured[]): number {
  const largest = Math.max(...numbers.flatMap((measured) => (spanOf(measured) ?? [0]).map(Math.abs)));
  return largest > 0 && largest < 0.1 ? Math.min(8, 1 - Math.floor(Math.log10(largest))) : 2;
}
