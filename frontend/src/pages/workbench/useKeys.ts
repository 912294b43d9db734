import { useEffect } from "react";
import { useLayout } from "../../state/layout";
import { runWorkspace } from "../../state/runner";
import { selection } from "../../state/selection";
import { undo } from "../../state/snapshot";
import { useWorkspace } from "../../state/workspace";
import { methodsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { widthOf } from "../../panels/width";
import { focusSearch } from "./focus";

const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

/** The panel that single keys act on: the one last touched, or else the first. */
function activePanel() {
  const { panels } = useWorkspace.getState();
  const { active } = useLayout.getState();
  return panels.find(({ uid }) => uid === active) ?? panels[0];
}

/** `Esc` closes, in order: dialogs and menus (by themselves), full screen, range, pin. */
function escape(): void {
  const layout = useLayout.getState();
  const { pin, range } = selection.get();
  if (layout.fullScreen) layout.setFullScreen(null);
  else if (range) selection.setRange(null);
  else if (pin) selection.replace(null, null);
}

function toggleWidth(): void {
  const panel = activePanel();
  if (!panel) return;
  const catalogue = queryClient.getQueryData(methodsQuery.queryKey);
  const kind = catalogue?.methods.find(({ id }) => id === panel.method)?.kind;
  useWorkspace.getState().setWidth(panel.uid, widthOf(panel, kind) === "full" ? "half" : "full");
}

function toggleFullScreen(): void {
  const { fullScreen, setFullScreen } = useLayout.getState();
  setFullScreen(fullScreen ? null : (activePanel()?.uid ?? null));
}

const help = () => useLayout.getState().setDialog("help");

const LETTERS: Record<string, () => void> = {
  "?": help,
  "/": focusSearch,
  "[": () => useLayout.getState().toggleRail("left"),
  "]": () => useLayout.getState().toggleRail("right"),
  i: () => useLayout.getState().toggleInspectorPin(),
  c: () => useLayout.getState().setCodeFor(activePanel()?.uid ?? null),
  f: toggleFullScreen,
  w: toggleWidth,
};

/** What a key press asks for; null for one that is not ours. Single letters only while nothing is being typed. */
function actionOf(event: KeyboardEvent): (() => void) | null {
  const target = event.target instanceof Element ? event.target : document.body;
  const key = event.key.toLowerCase();
  const typing = target.matches(TYPING);
  if (event.metaKey || event.ctrlKey) {
    if (key === "enter") return runWorkspace;
    if (key === "k") return focusSearch;
    return key === "z" && !event.shiftKey && !typing ? undo : null;
  }
  if (typing || event.altKey || event.defaultPrevented) return null;
  return key === "escape" ? escape : (LETTERS[key] ?? null);
}

/** The keys of the workbench, and on every page the one for help. */
export function useKeys(workbench: boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Dialogs and menus have keys of their own.
      if (document.querySelector("dialog[open], [role='menu'], [role='dialog']")) return;
      const act = actionOf(event);
      if (!act || (!workbench && act !== help)) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [workbench]);
}
