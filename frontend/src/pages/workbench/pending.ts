import { useMethods } from "../../state/catalogue";
import { samePrompt } from "../../state/prompt";
import { requestOf, sidesOf, staleReason } from "../../state/request";
import { secondOf, useRuns } from "../../state/runs";
import { useWorkspace } from "../../state/workspace";

/** Whether Run would change what the panels show. */
export function usePending(): boolean {
  const methods = useMethods();
  const workspace = useWorkspace();
  const runs = useRuns((state) => state.runs);
  const { second } = workspace;
  if (!samePrompt(workspace.draft, workspace.prompt) || (second && !samePrompt(second.draft, second.prompt)))
    return true;
  return workspace.panels.some((panel) => {
    const method = methods.find(({ id }) => id === panel.method);
    if (!method || panel.kept) return false;
    return sidesOf(method, workspace).some((side) => {
      const run = runs[side === "b" ? secondOf(panel.uid) : panel.uid];
      const asked = requestOf(workspace, panel, method, side);
      return run && staleReason(run.request, asked, false, method.params) !== null;
    });
  });
}
