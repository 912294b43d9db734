import { useEffect } from "react";
import { useLayout } from "../../state/layout";
import { currentStep, followTour, STEPS, useTour, type Step } from "../../state/tour";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import "./tourMessages";
import "./Tour.css";

/** Where each step is done. */
const PLACES: Record<Step, string> = {
  read: ".token-grid",
  pin: ".token-grid",
  ask: ".question-line",
  share: ".share-button",
};

const PULSE = 1600;

/** Scroll to where a step is done, and draw the eye there. */
function point(step: Step): void {
  useLayout.getState().setTab("panels");
  requestAnimationFrame(() => {
    const place = document.querySelector(PLACES[step]);
    if (!place) return;
    place.scrollIntoView({ block: "nearest" });
    place.classList.add("pulse");
    setTimeout(() => place.classList.remove("pulse"), PULSE);
  });
}

/** Four steps at the foot of the catalogue. Never in the way: what is to be done is done in the page itself. */
export default function Tour() {
  const { running, done, end } = useTour();
  useEffect(followTour, []);
  if (!running) return null;
  const current = currentStep(done);
  const number = current ? STEPS.indexOf(current) + 1 : STEPS.length;
  return (
    <section className="tour" aria-label={t("tour.title")}>
      <header className="row">
        <h2 className="grow">{t("tour.title")}</h2>
        <span className="xs ink-2">{t("tour.step", { number, total: STEPS.length })}</span>
      </header>
      <ol>
        {STEPS.map((step, index) => (
          <li key={step} aria-current={step === current ? "step" : undefined}>
            <span className={done.includes(step) ? "tour-mark done" : "tour-mark"}>
              {done.includes(step) ? <Icon name="check" size={12} /> : index + 1}
            </span>
            <span>
              {t(`tour.${step}`)}
              {done.includes(step) && <span className="sr-only"> {t("tour.done")}</span>}
              {step === current && <span className="tour-note">{t(`tour.${step}.note`)}</span>}
            </span>
          </li>
        ))}
      </ol>
      <div className="row g6">
        <Button variant="primary" size="s" onClick={() => current && point(current)}>
          {t("tour.show")}
        </Button>
        <Button variant="quiet" size="s" onClick={end}>
          {t("tour.end")}
        </Button>
      </div>
    </section>
  );
}
