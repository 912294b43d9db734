/** Taking a prompt of a set into the workbench. */
import type { PromptItem } from "../../api/promptSets";
import { methodsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { useLayout } from "../../state/layout";
import { runPanels } from "../../state/runner";
import { selection } from "../../state/selection";
import { firstPanels } from "../../state/start";
import { useWorkspace } from "../../state/workspace";

/** Ask a prompt with its answer and distractor; with `both`, its corrupt prompt beside it as B. The model stays. */
export async function openItem(item: PromptItem, both: boolean): Promise<void> {
  const { methods } = await queryClient.ensureQueryData(methodsQuery);
  const { model, openExample, setSecond } = useWorkspace.getState();
  const { id, prompt, corrupt } = item;
  selection.replace(null, null);
  const question = { target: item.answer ?? "", distractor: item.distractor ?? "" };
  openExample({ id, title: "", model, prompt, ...question, note: "" }, firstPanels(methods));
  if (both && corrupt !== null) setSecond({ draft: corrupt, prompt: corrupt });
  useLayout.getState().setEditing(null);
  void runPanels();
}
