import type { Model } from "../../api/types";
import { useModel, useModels } from "../../state/catalogue";
import { navigate } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { ModelChip } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "../../ui/Menu";
import { bytes } from "../../ui/numbers";
import { modelDetail, modelDot, modelName } from "./modelState";

const isUp = ({ state }: Model) => state === "ready" || state === "loading";

/** The model of the workspace, and the others to change to. Prompt and panels stay; results say whose they are. */
export function ModelMenu() {
  const model = useModel();
  const models = useModels() ?? [];
  const { model: chosen, setModel } = useWorkspace();
  const choice = (entry: Model) => (
    <MenuChoice
      key={entry.id}
      checked={entry.id === chosen}
      onSelect={() => setModel(entry.id)}
      detail={isUp(entry) ? modelDetail(entry) : bytes(entry.bytes)}
    >
      {modelName(entry)}
    </MenuChoice>
  );
  const name = model ? modelName(model) : chosen || t("app.model.none");
  const [up, down] = [models.filter(isUp), models.filter((entry) => !isUp(entry))];
  return (
    <Menu
      trigger={<ModelChip className="model-chip" name={name} state={modelDot(model)} detail={modelDetail(model)} />}
    >
      {up.length > 0 && <MenuLabel>{t("app.model.loaded")}</MenuLabel>}
      {up.map(choice)}
      {down.length > 0 && <MenuLabel>{t("app.model.others")}</MenuLabel>}
      {down.map(choice)}
      <MenuSeparator />
      <MenuItem icon="add" onSelect={() => navigate("/models")}>
        {t("app.model.load")}
      </MenuItem>
    </Menu>
  );
}
