/** From the list of models to the workbench. */
import { examplesQuery, methodsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { isFirstExample } from "../../state/firstScreen";
import { isEmptyPrompt } from "../../state/prompt";
import { runPanels } from "../../state/runner";
import { firstPanels } from "../../state/start";
import { navigate, workbenchHref } from "../../state/url";
import { NO_QUESTION, useWorkspace } from "../../state/workspace";

/** Open the workbench with a model, and another beside it if `second` names one. What was open there stays. */
export async function openWorkbench(model: string, second: string | null): Promise<void> {
  const { panels, prompt, setModel, setSecond } = useWorkspace.getState();
  if (panels.length === 0 && isEmptyPrompt(prompt)) await openFirstExample(model).catch(() => undefined);
  setModel(model);
  if (second !== null) setSecond({ model: second });
  navigate(workbenchHref());
  void runPanels();
}

/** Nothing was open yet: begin with what the first screen shows. Its question is about the tokens of its own model. */
async function openFirstExample(model: string): Promise<void> {
  const [examples, { methods }] = await Promise.all([
    queryClient.ensureQueryData(examplesQuery),
    queryClient.ensureQueryData(methodsQuery),
  ]);
  const example = examples.find(isFirstExample) ?? examples[0];
  if (!example) return;
  useWorkspace.getState().openExample(example, firstPanels(methods));
  if (example.model !== model) useWorkspace.getState().setQuestion(NO_QUESTION);
}
