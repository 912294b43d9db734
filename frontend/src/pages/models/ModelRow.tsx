import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { cancelLoading, secondsLeft } from "../../api/models";
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { seconds } from "../../ui/numbers";
import { Progress } from "../../ui/Progress";
import { Dot } from "../../ui/Chip";
import {
  loadedShare,
  loadingStage,
  modelDetail,
  modelDot,
  modelName,
  modelShape,
  modelSize,
} from "../frame/modelState";

interface ModelRowProps {
  model: Model;
  chosen: boolean;
  onChoose: () => void;
}

/** A model with its state, shape and size. */
export function ModelRow({ model, chosen, onChoose }: ModelRowProps) {
  const note = useId();
  return (
    <div className={chosen ? "model-row chosen" : "model-row"}>
      <div className="row">
        {/* Its face is the whole row; what else can be pressed lies above it. */}
        <button
          type="button"
          className="model-row-name clip"
          aria-current={chosen ? "true" : undefined}
          aria-describedby={note}
          onClick={onChoose}
        >
          {modelName(model)}
        </button>
        <span id={note} className={`row g6 sm nowrap model-row-state ${model.state}`}>
          {model.state === "failed" ? <Icon name="alert" size={13} /> : <Dot state={modelDot(model)} />}
          {modelDetail(model)}
        </span>
      </div>
      <div className="row sm ink-3">
        <span className="grow clip">{modelShape(model)}</span>
        <span className="nowrap">{modelSize(model)}</span>
      </div>
      {model.state === "loading" && <Loading model={model} />}
      {model.problem && (
        <p className="model-row-problem">
          {model.problem.message} {model.problem.remedy && t("app.models.remedy", { remedy: model.problem.remedy })}
        </p>
      )}
    </div>
  );
}

function Loading({ model }: { model: Model }) {
  const client = useQueryClient();
  const cancel = useMutation({ mutationFn: () => cancelLoading(model, client) });
  const left = secondsLeft(model);
  return (
    <div className="model-row-loading">
      {!model.position && (
        <Progress value={loadedShare(model)} label={t("app.models.loading", { model: modelName(model) })} />
      )}
      <p className="row xs ink-3">
        <span className="grow clip">{loadingStage(model)}</span>
        {left !== null && <span className="nowrap">{t("app.run.left", { time: seconds(left) })}</span>}
        {model.run && (
          <button
            type="button"
            className="link model-row-cancel"
            aria-label={t("app.models.cancel", { model: modelName(model) })}
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            {t("app.run.cancel")}
          </button>
        )}
      </p>
    </div>
  );
}
