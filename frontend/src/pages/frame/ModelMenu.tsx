import { useModels } from "../../state/catalogue";
import { navigate } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { ModelChip } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "../../ui/Menu";
import { ModelGroups } from "./ModelGroups";
import { modelDetail, modelDot, modelName, presumed } from "./modelState";

/**
 * The model of one side, and the others to change to. Prompt and panels stay; results say whose they are.
 * The letter is shown while two sides are compared.
 */
export function ModelMenu({ side = "a" }: { side?: "a" | "b" }) {
  const models = useModels() ?? [];
  const first = useWorkspace((workspace) => workspace.model);
  const second = useWorkspace((workspace) => workspace.second);
  const setModel = useWorkspace((workspace) => workspace.setModel);
  const setSecond = useWorkspace((workspace) => workspace.setSecond);
  // An empty second model is that of the first side, whichever it becomes.
  const chosen = side === "b" ? second?.model || first : first;
  const choose = (id: string) => (side === "b" ? setSecond({ model: id === first ? "" : id }) : setModel(id));
  const model = chosen === "" ? presumed(models) : models.find(({ id }) => id === chosen);
  return (
    <Menu
      trigger={
        <ModelChip
          className="model-chip"
          name={model ? modelName(model) : chosen || t("app.model.none")}
          state={modelDot(model)}
          detail={modelDetail(model)}
          {...(second ? { side: side === "b" ? ("B" as const) : ("A" as const) } : {})}
        />
      }
    >
      <ModelGroups
        models={models}
        item={(entry, detail) => (
          <MenuChoice checked={entry === model} onSelect={() => choose(entry.id)} detail={detail}>
            {modelName(entry)}
          </MenuChoice>
        )}
      />
      <MenuSeparator />
      <MenuItem icon="add" onSelect={() => navigate("/models")}>
        {t("app.model.load")}
      </MenuItem>
    </Menu>
  );
}
