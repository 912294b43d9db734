import type { Model } from "../../api/types";
import { Dot } from "../../ui/Chip";
import { Progress } from "../../ui/Progress";
import { t } from "../../ui/i18n";
import { modelDetail, modelDot, modelName, modelProblem, modelShape, modelSize } from "../frame/modelState";

interface ModelRowProps {
  model: Model;
  chosen: boolean;
  onChoose: () => void;
}

/** A model with its state, shape and size. */
export function ModelRow({ model, chosen, onChoose }: ModelRowProps) {
  const problem = modelProblem(model);
  return (
    <button
      type="button"
      className={chosen ? "model-row chosen" : "model-row"}
      aria-current={chosen ? "true" : undefined}
      onClick={onChoose}
    >
      <span className="row">
        <span className="model-row-name clip">{modelName(model)}</span>
        <span className={`row g6 sm nowrap model-row-state ${model.state}`}>
          <Dot state={modelDot(model)} />
          {model.state === "loading" ? t("app.model.state.loading") : modelDetail(model)}
        </span>
      </span>
      <span className="row sm ink-3">
        <span className="grow clip">{modelShape(model)}</span>
        <span className="nowrap">{modelSize(model)}</span>
      </span>
      {model.state === "loading" && (
        <span className="model-row-loading">
          <Progress value={null} label={t("app.models.loading", { model: modelName(model) })} />
          <span className="xs ink-3">{model.stage}</span>
        </span>
      )}
      {problem && <span className="model-row-problem">{problem}</span>}
    </button>
  );
}
