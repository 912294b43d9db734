import type { Method, Model } from "../../api/types";
import { PanelFrame } from "../../panels/PanelFrame";
import { Badge } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { Ribbon } from "../../ui/Notice";
import { Link } from "../frame/Link";
import { modelName } from "../frame/modelState";
import { Checks } from "./Checks";
import { DetailActions } from "./DetailActions";
import { checksOf, factsOf } from "./fidelity";
import { Missing } from "./Missing";

interface ModelDetailProps {
  model: Model;
  models: Model[];
  methods: Method[];
}

export const DETAIL_TITLE = "model-title";

/** What was measured when a model was loaded, what it lacks, and what can be done with it. */
export function ModelDetail({ model, models, methods }: ModelDetailProps) {
  const name = modelName(model);
  return (
    <>
      <header className="model-detail-head">
        <h1 id={DETAIL_TITLE} tabIndex={-1}>
          {name}
        </h1>
        {model.fidelity && <Verdict failed={checksOf(model).filter(({ holds }) => !holds).length} />}
        {model.fingerprint && (
          <span className="mono xs ink-3" title={model.fingerprint}>
            {t("app.models.fingerprint", { start: model.fingerprint.slice(0, 4), end: model.fingerprint.slice(-4) })}
          </span>
        )}
        {model.source === "bundled" && (
          <Link className="sm" href={`/models/${encodeURIComponent(model.id)}/card`}>
            {t("app.models.card")}
          </Link>
        )}
        <span className="grow" />
        <DetailActions model={model} models={models} />
      </header>
      {model.problem && (
        <Ribbon tone="fail">
          {model.problem.message} {model.problem.remedy && t("app.models.remedy", { remedy: model.problem.remedy })}
        </Ribbon>
      )}
      <div className="models-two">
        <PanelFrame
          level={2}
          id="model-fidelity"
          title={t("app.models.fidelity")}
          purpose={t("app.models.fidelityNote")}
        >
          <Checks model={model} />
        </PanelFrame>
        <PanelFrame
          level={2}
          id="model-missing"
          title={t("app.models.missing")}
          purpose={t("app.models.missingNote", { model: name })}
        >
          <Missing model={model} models={models} methods={methods} />
        </PanelFrame>
      </div>
    </>
  );
}

/** What a model is made of. */
export function ModelFacts({ model }: { model: Model }) {
  return (
    <PanelFrame
      level={2}
      id="model-facts"
      width="full"
      title={t("app.models.facts")}
      purpose={t("app.models.factsNote", { model: modelName(model) })}
    >
      <dl className="facts model-facts">
        {factsOf(model).map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </PanelFrame>
  );
}

/** Whether what is shown is what the model computes. */
function Verdict({ failed }: { failed: number }) {
  if (failed === 0) return <Badge tone="ok">{t("app.models.checked")}</Badge>;
  return <Badge tone="warn">{t("app.models.failedChecks", { count: failed })}</Badge>;
}
