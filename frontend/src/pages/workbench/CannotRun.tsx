import type { Method } from "../../api/types";
import { lacking, useModel } from "../../state/catalogue";
import { navigate } from "../../state/url";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";

/** Why a method cannot run on this model, and where to go from here. */
export function CannotRun({ method, onClose }: { method: Method | null; onClose: () => void }) {
  const model = useModel();
  const missing = method ? lacking(method, model) : [];
  return (
    <Dialog
      open={method !== null}
      onClose={onClose}
      title={t("app.refused.title", { method: method?.title ?? "", model: model?.title ?? model?.id ?? "" })}
      footer={
        <>
          <Button onClick={onClose}>{t("app.close")}</Button>
          <Button variant="primary" onClick={() => navigate("/models")}>
            {t("app.refused.models")}
          </Button>
        </>
      }
    >
      <p className="ink-2">{t("app.refused.note")}</p>
      <dl className="facts refused-list">
        {missing.map(({ capability, reason }) => (
          <div key={capability}>
            <dt>{capability.replaceAll("_", " ")}</dt>
            <dd>{reason || t("app.refused.unknown")}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
