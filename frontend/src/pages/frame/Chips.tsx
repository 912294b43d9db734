import { compare } from "../../state/compare";
import { useBreadth } from "../../state/media";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Segmented } from "../../ui/Segmented";
import { ModelMenu } from "./ModelMenu";

/** The model, or the two that are compared, and the switch between the two ways to look. */
export function Chips() {
  const comparing = useWorkspace(({ second }) => second !== null);
  const narrow = useBreadth() === "narrow";
  return (
    <>
      <ModelMenu side="a" />
      {comparing && <ModelMenu side="b" />}
      {!narrow && (
        <Segmented
          label={t("compare.mode")}
          options={[
            { value: "single", label: t("compare.mode.single") },
            { value: "ab", label: t("compare.mode.ab") },
          ]}
          value={comparing ? "ab" : "single"}
          onChange={(mode) => compare(mode === "ab")}
        />
      )}
    </>
  );
}
