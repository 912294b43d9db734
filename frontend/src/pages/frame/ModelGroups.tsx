import { Fragment, type ReactNode } from "react";
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { MenuLabel } from "../../ui/Menu";
import { isLoaded, memoryOrState, modelDetail } from "./modelState";

interface ModelGroupsProps {
  models: readonly Model[];
  /** The item of a model; `detail` is its state, or the memory it would take. */
  item: (model: Model, detail: string) => ReactNode;
}

/** Models as the items of a menu: the loaded ones first, then the others with the memory they need, checkpoints last. */
export function ModelGroups({ models, item }: ModelGroupsProps) {
  const [up, rest] = [models.filter(isLoaded), models.filter((model) => !isLoaded(model))];
  const [down, moments] = [rest.filter((model) => !model.checkpoint_of), rest.filter((model) => model.checkpoint_of)];
  return (
    <>
      {up.length > 0 && <MenuLabel>{t("app.model.loaded")}</MenuLabel>}
      {up.map((model) => (
        <Fragment key={model.id}>{item(model, modelDetail(model))}</Fragment>
      ))}
      {down.length > 0 && <MenuLabel>{t("app.model.others")}</MenuLabel>}
      {down.map((model) => (
        <Fragment key={model.id}>{item(model, memoryOrState(model))}</Fragment>
      ))}
      {moments.length > 0 && <MenuLabel>{t("app.model.checkpoints")}</MenuLabel>}
      {moments.map((model) => (
        <Fragment key={model.id}>{item(model, memoryOrState(model))}</Fragment>
      ))}
    </>
  );
}
