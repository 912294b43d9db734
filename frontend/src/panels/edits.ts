/** Panel edits that say what they did. */
import { show } from "../state/actions";
import { runPanels } from "../state/runner";
import { useRuns } from "../state/runs";
import { selection } from "../state/selection";
import { applyAddress, currentAddress } from "../state/snapshot";
import { useWorkspace, type Panel } from "../state/workspace";
import { t } from "../ui/i18n";
import { announce } from "../ui/live";
import { toast } from "../ui/Toast";

const UNDO_FOR = 8000;

/** Removing asks nothing and can be undone. */
export function removePanel(panel: Panel, title: string): void {
  const { panels } = useWorkspace.getState();
  const at = panels.findIndex(({ uid }) => uid === panel.uid);
  useWorkspace.getState().removePanel(panel.uid);
  useRuns.getState().forget(panel.uid);
  const beside = panels[at + 1] ?? panels[at - 1];
  if (beside) show(beside.uid);
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

/** Keep a result beside what the panel asks next: a copy that goes on showing it. */
export function keepBeside(uid: string, key: string): void {
  const { duplicatePanel: duplicate, keepResult } = useWorkspace.getState();
  const copy = duplicate(uid);
  if (!copy) return;
  keepResult(copy, key);
  void runPanels([copy]);
  announce(t("app.panel.keptBeside"));
}

/** Let a kept panel ask again what the page asks. */
export function followAgain(uid: string): void {
  useWorkspace.getState().keepResult(uid, null);
  void runPanels([uid]);
}

/** Move a panel and say where it is now. */
export function placePanel(uid: string, index: number): void {
  useWorkspace.getState().placePanel(uid, index);
  const { panels } = useWorkspace.getState();
  const place = panels.findIndex((panel) => panel.uid === uid) + 1;
  announce(t("app.panel.placed", { place, count: panels.length }));
}

export function movePanel(uid: string, by: number): void {
  placePanel(uid, useWorkspace.getState().panels.findIndex((panel) => panel.uid === uid) + by);
}
