/** How a model's state is said and drawn. */
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { bytes, count } from "../../ui/numbers";

export type DotState = "ready" | "busy" | "failed" | "idle";

const DOTS: Record<Model["state"], DotState> = {
  ready: "ready",
  loading: "busy",
  failed: "failed",
  not_loaded: "idle",
};

export const modelDot = (model: Model | undefined): DotState => (model ? DOTS[model.state] : "busy");

/** "ready", "loading · reading shard 2 of 3", "not loaded". */
export function modelDetail(model: Model | undefined): string {
  if (!model) return t("app.model.unknown");
  if (model.state === "loading" && model.stage) return t("app.model.loadingStage", { stage: model.stage });
  return t(`app.model.state.${model.state}`);
}

export const modelName = (model: Model): string => model.title ?? model.id;

/** "GPT-2 · 6 layers × 8 heads". */
export const modelShape = (model: Model): string =>
  t("app.model.shape", { architecture: model.architecture, layers: model.layers, heads: model.heads });

/** "11 M · float32 · 0.05 GB". */
export const modelSize = (model: Model): string =>
  t("app.model.size", { parameters: count(model.parameters), dtype: model.dtype, bytes: bytes(model.bytes) });

/** What went wrong with a model, in one sentence. */
export const modelProblem = ({ problem }: Model): string | null => problem?.message ?? null;
