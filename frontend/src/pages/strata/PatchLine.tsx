import type { ReactNode } from "react";
import type { Measured } from "./quantities";
import { Button, Kbd } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { signed } from "../../ui/numbers";
import { nameOf, type Patched, type PatchCell } from "./patch";

function Line({ children, action }: { children: ReactNode; action: ReactNode }) {
  return (
    <div className="strata-patch">
      <p>{children}</p>
      {action}
    </div>
  );
}

interface SourceProps {
  source: PatchCell;
  sides: boolean;
  onCancel: () => void;
}

/** What is held, and what to do with it. */
export function SourceLine({ source, sides, onCancel }: SourceProps) {
  return (
    <Line
      action={
        <Button size="s" variant="quiet" aria-keyshortcuts="Escape" onClick={onCancel}>
          {t("strata.patch.cancel")} <Kbd>Esc</Kbd>
        </Button>
      }
    >
      {t("strata.patch.source", { cell: nameOf(source, sides) })}
    </Line>
  );
}

interface PatchedProps {
  patched: Patched;
  onBack: (() => void) | null;
}

/** What was put into what, how far it reached, and what it did to the answer. */
export function PatchedLine({ patched, onBack }: PatchedProps) {
  const { source, patched: target, cone, answer, foil, before, after } = patched;
  const sides = source.side !== target.side;
  return (
    <Line
      action={
        onBack && (
          <Button size="s" icon="chevronLeft" aria-keyshortcuts="Escape" onClick={onBack}>
            {t("strata.patch.back")} <Kbd>Esc</Kbd>
          </Button>
        )
      }
    >
      <span>{t("strata.patch.made", { source: nameOf(source, sides), target: nameOf(target, sides) })}</span>{" "}
      <span>{t("strata.patch.answer", { answer, foil, before: signed(before), after: signed(after) })}</span>{" "}
      <span>{t("strata.patch.reach", cone)}</span>
    </Line>
  );
}

interface OfferProps {
  quantity: Measured;
  /** Whether there is a second run to copy from. */
  able: boolean;
  onMeasure: () => void;
  onDismiss: () => void;
}

/** What a panel of its own has to measure is measured on request. */
export function OfferLine({ quantity, able, onMeasure, onDismiss }: OfferProps) {
  const [text, action] =
    quantity === "features"
      ? (["strata.count", "strata.count.every"] as const)
      : able
        ? (["strata.measure", "strata.measure.every"] as const)
        : (["strata.measure.second", "compare.begin"] as const);
  return (
    <Line
      action={
        <span className="row g2">
          <Button size="s" onClick={onMeasure}>
            {t(action)}
          </Button>
          <Button size="s" variant="quiet" onClick={onDismiss}>
            {t("strata.measure.dismiss")}
          </Button>
        </span>
      }
    >
      {t(text)}
    </Line>
  );
}
