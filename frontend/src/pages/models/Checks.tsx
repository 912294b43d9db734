import { useId, useState } from "react";
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Tooltip } from "../../ui/Tooltip";
import { checksOf, measuredAt, type FidelityCheck } from "./fidelity";

/** Every check with its verdict and its number; what it compares is told on hover and focus, and stays after a click. */
export function Checks({ model }: { model: Model }) {
  const checks = checksOf(model);
  if (checks.length === 0)
    return (
      <p className="sm ink-3 models-none">
        {t(model.state === "loading" ? "app.models.soonMeasured" : "app.models.notMeasured")}
      </p>
    );
  const measured = measuredAt(model);
  return (
    <>
      <ul className="facts model-checks">
        {checks.map((check) => (
          <Check key={check.name} check={check} />
        ))}
      </ul>
      {measured && <p className="xs ink-3 model-checks-foot">{measured}</p>}
    </>
  );
}

function Check({ check: { label, value, note, holds } }: { check: FidelityCheck }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li className={holds ? undefined : "failed"}>
      <Icon name={holds ? "check" : "alert"} size={14} />
      <span className="sr-only">{t(holds ? "ui.check.ok" : "ui.check.fail")}</span>
      {note === "" ? (
        <span className="grow">{label}</span>
      ) : (
        <span className="grow">
          <Tooltip content={note} side="top">
            <button
              type="button"
              className="model-check"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => setOpen(!open)}
            >
              {label}
            </button>
          </Tooltip>
        </span>
      )}
      <span className="ink-2 nowrap">{value}</span>
      <p id={id} className="model-check-note" hidden={!open}>
        {note}
      </p>
    </li>
  );
}
