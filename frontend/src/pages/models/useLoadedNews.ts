import { useEffect, useRef } from "react";
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { modelName } from "../frame/modelState";

/** Says aloud how the loading of each model ended. */
export function useLoadedNews(models: readonly Model[]): void {
  const loading = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    for (const model of models) {
      if (!loading.current.has(model.id)) continue;
      if (model.state === "ready") announce(t("app.models.nowReady", { model: modelName(model) }));
      if (model.problem) announce(model.problem.message);
    }
    loading.current = new Set(models.filter(({ state }) => state === "loading").map(({ id }) => id));
  }, [models]);
}
