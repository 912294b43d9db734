/** How a model's state is said and drawn. */
import { secondsLeft } from "../../api/models";
import type { Model } from "../../api/types";
import { hasMessage, t } from "../../ui/i18n";
import { bytes, count, percent, seconds } from "../../ui/numbers";

export type DotState = "ready" | "busy" | "failed" | "idle";

const DOTS: Record<Model["state"], DotState> = {
  ready: "ready",
  loading: "busy",
  failed: "failed",
  not_loaded: "idle",
};

/** Failures that are better said than "failed". */
const FAILURES: Record<string, "memory" | "adapter"> = {
  out_of_memory: "memory",
  model_too_large: "memory",
  unfaithful: "adapter",
};

/** A stage of fewer units is over before its share says anything. */
const LEAST_UNITS = 1000;

export const modelDot = (model: Model | undefined): DotState => (model ? DOTS[model.state] : "busy");

/** Whether it is in memory, or on its way there. */
export const isLoaded = ({ state }: Model): boolean => state === "ready" || state === "loading";

/** How much of the weights is read, 0–1; null in the short stages before and after. */
export const loadedShare = ({ done, total }: Model): number | null =>
  done !== null && total !== null && total >= LEAST_UNITS ? done / total : null;

/** "ready", "loading 62% · 18 s", "2nd in line", "not loaded", "needs an adapter", "out of memory". */
export function modelDetail(model: Model | undefined): string {
  if (!model) return t("app.model.unknown");
  if (model.state === "loading") return loadingDetail(model);
  if (model.state === "failed") return t(`app.model.state.${FAILURES[model.problem?.code ?? ""] ?? "failed"}`);
  return t(`app.model.state.${model.state}`);
}

function loadingDetail(model: Model): string {
  if (model.position) return t("app.run.inLine", { position: model.position });
  const share = loadedShare(model);
  const left = secondsLeft(model);
  if (share === null) return t("app.model.state.loading");
  return left === null
    ? t("app.model.loading", { share: percent(share) })
    : t("app.model.loadingLeft", { share: percent(share), left: seconds(left) });
}

/** "reading weights · 1.5 GB of 2.5 GB", "measuring fidelity". */
export function loadingStage(model: Model): string {
  const { stage, done, total } = model;
  if (loadedShare(model) === null) return stage ?? "";
  return t("app.model.stage", { stage, done: bytes(done), total: bytes(total) });
}

/** The model to speak of while none is chosen. */
export const presumed = (models: readonly Model[]): Model | undefined =>
  models.find(({ state }) => state === "ready") ?? models[0];

export const modelName = (model: Pick<Model, "id" | "title">): string => model.title ?? model.id;

/** "gpt2" as "GPT-2"; what has no name of its own keeps that of its files. */
export function architectureName({ architecture }: Pick<Model, "architecture">): string {
  const key = `app.model.architecture.${architecture}`;
  if (architecture === "") return t("app.model.noArchitecture");
  return hasMessage(key) ? t(key) : architecture;
}

/** "GPT-2 · 6 layers × 8 heads". */
export const modelShape = (model: Pick<Model, "architecture" | "layers" | "heads">): string =>
  model.layers === 0
    ? architectureName(model)
    : t("app.model.shape", { architecture: architectureName(model), layers: model.layers, heads: model.heads });

/** "124 M · float32 · 496 MB": as it is in memory, or else as its files are; empty where these tell nothing. */
export function modelSize({ parameters, dtype, precision, bytes: stored, memory_bytes: held }: Model): string {
  if (parameters === 0) return "";
  const [format, size] = held === null ? [dtype, stored] : [precision, held];
  return t("app.model.size", { parameters: count(parameters), format, bytes: bytes(size) });
}

/** The memory its weights take in the number format it is computed in, whose name says how many bits that has. */
const weightBytes = ({ parameters, precision }: Model): number =>
  (parameters * Number(precision.replaceAll(/\D/g, ""))) / 8;

/** The memory it would take, or what keeps it from being loaded. */
export const memoryOrState = (model: Model): string =>
  model.state === "failed" ? modelDetail(model) : bytes(weightBytes(model));
