/** Panel edits that say what they did. */
import { runPanels } from "../state/runner";
import { useRuns } from "../state/runs";
import { selection } from "../state/selection";
import { applyAddress, currentAddress } from "../state/snapshot";
import { useWorkspace, type Panel } from "../state/workspace";
import { t } from "../ui/i18n";
import { toast } from "../ui/Toast";

const UNDO_FOR = 8000;

/** Removing asks nothing and can be undone. */
export function removePanel(panel: Panel, title: string): void {
  const { panels } = useWorkspace.getState();
  const at = panels.findIndex(({ uid }) => uid === panel.uid);
  useWorkspace.getState().removePanel(panel.uid);
  useRuns.getState().forget(panel.uid);
  const restore = () => {
    const address = currentAddress();
    const { uid: _uid, ...removed } = panel;
    applyAddress({ ...address, panels: address.panels.toSpliced(at, 0, removed), pin: selection.get().pin });
  };
  toast({
    text: t("app.panel.removed", { title }),
    action: { label: t("app.undo"), run: restore },
    duration: UNDO_FOR,
  });
}

export function duplicatePanel(uid: string): void {
  const copy = useWorkspace.getState().duplicatePanel(uid);
  if (copy) void runPanels([copy]);
}
