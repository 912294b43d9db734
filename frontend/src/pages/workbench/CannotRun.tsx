import type { Method, Model } from "../../api/types";
import { openAnalysis } from "../../panels/open";
import { lacking, useModel, useModels } from "../../state/catalogue";
import { compare } from "../../state/compare";
import { lacksSecond } from "../../state/request";
import { runPanels } from "../../state/runner";
import { navigate } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { bytes } from "../../ui/numbers";

interface CannotRunProps {
  method: Method | null;
  onClose: () => void;
}

/** Why a method cannot run here, what would make it run, and what that takes. */
export default function CannotRun({ method, onClose }: CannotRunProps) {
  const model = useModel();
  const second = useWorkspace((workspace) => workspace.second);
  const alone = method !== null && lacksSecond(method, { second });
  const name = model?.title ?? model?.id ?? "";
  return (
    <Dialog
      open={method !== null}
      onClose={onClose}
      title={t(alone ? "app.refused.alone" : "app.refused.title", { method: method?.title ?? "", model: name })}
      footer={method && <Remedies method={method} alone={alone} onClose={onClose} />}
    >
      {alone ? <p className="ink-2">{t("app.refused.second")}</p> : method && <Missing method={method} model={model} />}
    </Dialog>
  );
}

function Missing({ method, model }: { method: Method; model: Model | undefined }) {
  return (
    <>
      <p className="ink-2">{t("app.refused.note")}</p>
      <dl className="facts refused-list">
        {lacking(method, model).map(({ capability, reason }) => (
          <div key={capability}>
            <dt>{capability.replaceAll("_", " ")}</dt>
            <dd>{reason || t("app.refused.unknown")}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Models known to have what the method needs: those in memory first, then the smallest. */
export function modelsFor(method: Method, models: readonly Model[]): Model[] {
  const able = models.filter((model) => model.capabilities && !model.problem && lacking(method, model).length === 0);
  const loaded = ({ state }: Model) => Number(state === "ready");
  return able.sort((a, b) => loaded(b) - loaded(a) || a.bytes - b.bytes);
}

function Remedies({ method, alone, onClose }: { method: Method; alone: boolean; onClose: () => void }) {
  const [able] = modelsFor(method, useModels() ?? []);
  const add = (prepare: () => void) => () => {
    onClose();
    prepare();
    openAnalysis({ method: method.id });
  };
  const use = (model: Model) => {
    useWorkspace.getState().setModel(model.id);
    void runPanels();
  };
  return (
    <>
      <Button onClick={onClose}>{t("app.close")}</Button>
      {!alone && (
        <Button variant={able ? "default" : "primary"} onClick={() => navigate("/models")}>
          {t("app.refused.models")}
        </Button>
      )}
      {!alone && able && (
        <Button variant="primary" onClick={add(() => use(able))}>
          {t("app.refused.use", {
            model: able.title ?? able.id,
            loaded: able.state === "ready" ? "yes" : "no",
            size: bytes(able.bytes),
          })}
        </Button>
      )}
      {alone && (
        <Button variant="primary" onClick={add(() => compare(true))}>
          {t("app.need.addSecond")}
        </Button>
      )}
    </>
  );
}
