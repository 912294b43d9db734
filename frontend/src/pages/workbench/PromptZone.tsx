import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { ExampleChips } from "./ExampleMenu";
import { PromptEditor } from "./PromptEditor";
import { QuestionLine } from "./QuestionLine";
import { TokenStrip } from "./TokenStrip";

/** What the model is given and what is asked of it; stays in sight above the panels. */
export function PromptZone() {
  const empty = useWorkspace(({ draft, model }) => draft === "" && model !== "");
  return (
    <section className="prompt-zone" aria-label={t("app.prompt.zone")}>
      <PromptEditor />
      {empty ? (
        <ExampleChips />
      ) : (
        <>
          <TokenStrip />
          <QuestionLine />
        </>
      )}
    </section>
  );
}
