import type { FirstToken } from "../../kinds/types";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Select } from "../../ui/Select";

const MODES: readonly FirstToken[] = ["shown", "hidden", "renormalised"];

/** What every attention and contribution view makes of the first token, which often holds most of the weight. */
export function FirstTokenSwitch() {
  const { firstToken, setFirstToken } = useWorkspace();
  return (
    <Select
      label={t("app.firstToken")}
      options={MODES.map((value) => ({ value, label: t(`app.firstToken.${value}`) }))}
      value={firstToken}
      changed={firstToken !== "shown"}
      onChange={setFirstToken}
    />
  );
}
