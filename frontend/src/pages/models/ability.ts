/** Whether a method can run on a model, and what stands in the way. */
import type { Method, Model } from "../../api/types";
import { lacking } from "../../state/catalogue";
import { hasMessage, t } from "../../ui/i18n";
import { modelName } from "../frame/modelState";

/** Works; needs something that can be added; cannot apply to what the model is; not known before it is loaded. */
export type Ability = "works" | "needs" | "cannot" | "unknown";

export interface Standing {
  ability: Ability;
  /** Why it does not simply work; empty when it does. */
  reasons: string[];
  /** Whether loading this model tells more, or another model is what is missing; null where loading does not help. */
  remedy: "this" | "another" | null;
}

/** "residual_contract" as "Sum of parts". */
export function capabilityName(capability: string): string {
  const key = `app.models.capability.${capability}`;
  if (hasMessage(key)) return t(key);
  const words = capability.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether files and memory allow to run anything on it. */
export const isUsable = ({ problem }: Model): boolean => problem === null;

/** What a method must be given beside the model it looks at, and there is not: kinds of resources. */
function absent({ resources, optional_resources }: Method, usable: number): string[] {
  const further = Object.keys(resources)
    .slice(1)
    .filter((name) => !optional_resources.includes(name));
  return further.map((name) => resources[name]).filter((kind) => kind !== "Model" || usable < 2);
}

/** How a method stands with a model, when `usable` models are to be had. */
export function standing(method: Method, model: Model, usable: number): Standing {
  if (model.capabilities === null)
    return { ability: "unknown", reasons: [t("app.matrix.notLoaded", { model: modelName(model) })], remedy: "this" };
  const lacks = lacking(method, model);
  if (lacks.length > 0)
    return {
      ability: "cannot",
      reasons: lacks.map(({ capability, reason }) => reason || capabilityName(capability)),
      remedy: null,
    };
  const kinds = absent(method, usable);
  return {
    ability: kinds.length > 0 ? "needs" : "works",
    reasons: kinds.map((kind) =>
      kind === "Model" ? t("app.matrix.secondModel") : t("app.matrix.resource", { resource: kind }),
    ),
    remedy: kinds.includes("Model") ? "another" : null,
  };
}
