import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem } from "../../api/client";
import { loadModel, modelsQuery, unloadModel } from "../../api/queries";
import type { Method, Model } from "../../api/types";
import { PanelFrame } from "../../panels/PanelFrame";
import { lacking } from "../../state/catalogue";
import { navigate, workbenchHref } from "../../state/url";
import { runPanels } from "../../state/runner";
import { useWorkspace } from "../../state/workspace";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Ribbon } from "../../ui/Notice";
import { modelName, modelProblem } from "../frame/modelState";
import { factsOf, fidelityOf } from "./fidelity";

/** What was measured when a model was loaded, and what it lacks. */
export function ModelDetail({ model, methods }: { model: Model; methods: Method[] }) {
  const client = useQueryClient();
  const setModel = useWorkspace((workspace) => workspace.setModel);
  const load = useMutation({ mutationFn: () => loadModel({ id: model.id }, client) });
  const unload = useMutation({
    mutationFn: () => unloadModel(model.id),
    onSettled: () => client.invalidateQueries(modelsQuery),
  });
  const problem = load.error ?? unload.error;
  const open = () => {
    setModel(model.id);
    navigate(workbenchHref());
    void runPanels();
  };
  const up = model.state === "ready";
  return (
    <>
      <header className="model-detail-head">
        <h1>{modelName(model)}</h1>
        {up && <Badge tone="ok">{t("app.models.checked")}</Badge>}
        {model.fingerprint && (
          <span className="mono xs ink-3" title={model.fingerprint}>
            {t("app.models.fingerprint", { start: model.fingerprint.slice(0, 4), end: model.fingerprint.slice(-4) })}
          </span>
        )}
        <span className="grow" />
        {up && (
          <Button disabled={unload.isPending} onClick={() => unload.mutate()}>
            {t("app.models.unload")}
          </Button>
        )}
        {(model.state === "not_loaded" || model.state === "failed") && (
          <Button disabled={load.isPending} onClick={() => load.mutate()}>
            {t("app.models.loadButton")}
          </Button>
        )}
        <Button variant="primary" onClick={open}>
          {t("app.models.open")}
        </Button>
      </header>
      {problem && <Ribbon tone="fail">{asProblem(problem).body.message}</Ribbon>}
      {modelProblem(model) && <Ribbon tone="warn">{modelProblem(model)}</Ribbon>}
      <div className="models-two">
        <PanelFrame
          level={2}
          id="model-fidelity"
          title={t("app.models.fidelity")}
          purpose={t("app.models.fidelityNote")}
        >
          <Fidelity model={model} />
        </PanelFrame>
        <PanelFrame
          level={2}
          id="model-facts"
          title={t("app.models.facts")}
          purpose={t("app.models.factsNote", { model: modelName(model) })}
        >
          <dl className="facts">
            {factsOf(model).map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <Missing model={model} methods={methods} />
        </PanelFrame>
      </div>
    </>
  );
}

function Fidelity({ model }: { model: Model }) {
  const lines = fidelityOf(model);
  if (lines.length === 0) return <p className="sm ink-3 models-none">{t("app.models.notMeasured")}</p>;
  return (
    <ul className="facts">
      {lines.map(({ label, value, holds }) => (
        <li key={label} className={holds ? undefined : "absent"}>
          <Icon name={holds === false ? "minus" : holds ? "check" : "info"} size={14} />
          <span className="grow">{label}</span>
          <span className="ink-2">{value}</span>
        </li>
      ))}
    </ul>
  );
}

/** Capabilities the model lacks, and how many methods wait for each. */
function Missing({ model, methods }: { model: Model; methods: Method[] }) {
  const missing = Object.entries(model.missing ?? {});
  if (missing.length === 0) return null;
  const waiting = (capability: string) =>
    methods.filter((method) => lacking(method, model).some((lack) => lack.capability === capability)).length;
  return (
    <>
      <h3 className="models-heading">{t("app.models.missing")}</h3>
      <ul className="facts">
        {missing.map(([capability, reason]) => (
          <li key={capability} className="absent">
            <Icon name="minus" size={14} />
            <span>{capability.replaceAll("_", " ")}</span>
            <span className="grow ink-3">{reason}</span>
            <span className="ink-3 nowrap">{t("app.models.waiting", { count: waiting(capability) })}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
