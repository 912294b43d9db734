import type { Training } from "../../api/card";
import { PanelFrame } from "../../panels/PanelFrame";
import { t } from "../../ui/i18n";
import { decimal } from "../../ui/numbers";
import { factsOf, lossesOf, type Loss } from "./training";

/** How the model was made. */
export function Making({ training }: { training: Training | null }) {
  const losses = training ? lossesOf(training) : [];
  return (
    <PanelFrame level={2} id="card-making" title={t("app.card.making")} purpose={t("app.card.makingNote")}>
      {training === null ? (
        <p className="sm ink-3">{t("app.card.madeElsewhere")}</p>
      ) : (
        <dl className="facts">
          {factsOf(training).map(({ name, label, value, whole }) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd className={whole && "mono"} title={whole}>
                {value}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {losses.length > 1 && <LossCurve losses={losses} />}
    </PanelFrame>
  );
}

const [WIDTH, HEIGHT] = [400, 72];

/** How the loss fell, from the first step that was noted to the last. */
function LossCurve({ losses }: { losses: readonly Loss[] }) {
  const [first, last] = [losses[0], losses[losses.length - 1]];
  const most = Math.max(...losses.map(({ loss }) => loss));
  const path = losses
    .map(({ step, loss }) => [
      (WIDTH * (step - first.step)) / (last.step - first.step || 1),
      HEIGHT * (1 - (0.96 * loss) / most),
    ])
    .map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
  const said = { first: decimal(first.loss), from: first.step, last: decimal(last.loss), to: last.step };
  return (
    <figure className="card-loss">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path className="ground" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        <path d={path} />
      </svg>
      <figcaption className="xs ink-3">{t("app.card.history", said)}</figcaption>
    </figure>
  );
}
