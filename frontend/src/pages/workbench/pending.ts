import { requestOf, staleReason } from "../../state/request";
import { useMethods } from "../../state/catalogue";
import { useRuns } from "../../state/runs";
import { useWorkspace } from "../../state/workspace";

/** Whether Run would change what the panels show. */
export function usePending(): boolean {
  const methods = useMethods();
  const workspace = useWorkspace();
  const runs = useRuns((state) => state.runs);
  if (workspace.draft !== workspace.prompt) return true;
  return workspace.panels.some((panel) => {
    const method = methods.find(({ id }) => id === panel.method);
    const run = runs[panel.uid];
    return method && run && staleReason(run.request, requestOf(workspace, panel, method), false) !== null;
  });
}
