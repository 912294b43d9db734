import { useEffect } from "react";
import { methodsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { widthOf } from "../../panels/width";
import { openMethod } from "../../state/actions";
import { keyOf, KEYS, useKeyMap, type KeyAction } from "../../state/keys";
import { useLayout } from "../../state/layout";
import { runWorkspace } from "../../state/runner";
import { selection } from "../../state/selection";
import { undo } from "../../state/snapshot";
import { useWorkspace, type Side } from "../../state/workspace";
import { focusSearch, searchHasFocus } from "./focus";

const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

/** The panel that single keys act on: the one last touched, or else the first. */
function activePanel() {
  const { panels } = useWorkspace.getState();
  const { active } = useLayout.getState();
  return panels.find(({ uid }) => uid === active) ?? panels[0];
}

/** `Esc` closes, in order: dialogs and menus (by themselves), full screen, range, pins, search. */
function escape(): void {
  const layout = useLayout.getState();
  const { pin, range } = selection.get();
  if (layout.fullScreen) layout.setFullScreen(null);
  else if (range) selection.setRange(null);
  else if (pin) selection.replace(null, null);
  else if (searchHasFocus()) (document.activeElement as HTMLElement).blur();
}

const catalogue = () => queryClient.getQueryData(methodsQuery.queryKey)?.methods ?? [];

function toggleWidth(): void {
  const panel = activePanel();
  if (!panel) return;
  const kind = catalogue().find(({ id }) => id === panel.method)?.kind;
  useWorkspace.getState().setWidth(panel.uid, widthOf(panel, kind) === "full" ? "half" : "full");
}

function toggleFullScreen(): void {
  const { fullScreen, setFullScreen } = useLayout.getState();
  setFullScreen(fullScreen ? null : (activePanel()?.uid ?? null));
}

/** Sides are only there while something is compared. */
const show = (side: Side) => () => {
  const { second, setSide } = useWorkspace.getState();
  if (second) setSide(side);
};

const help = () => useLayout.getState().setDialog("help");

const ACTIONS: Record<KeyAction, () => void> = {
  search: focusSearch,
  left: () => useLayout.getState().toggleRail("left"),
  right: () => useLayout.getState().toggleRail("right"),
  inspector: () => useLayout.getState().toggleInspectorPin(),
  code: () => useLayout.getState().setCodeFor(activePanel()?.uid ?? null),
  full: toggleFullScreen,
  width: toggleWidth,
  sideA: show("a"),
  sideB: show("b"),
  difference: show("difference"),
};

/** What a single key does: an action of the page, or the method that asked for it. */
function single(key: string): (() => void) | null {
  const { on, changed } = useKeyMap.getState();
  if (!on) return null;
  const action = (Object.keys(KEYS) as KeyAction[]).find((name) => keyOf(name, KEYS[name], changed) === key);
  if (action) return ACTIONS[action];
  const method = catalogue().find(({ id, shortcut }) => shortcut && keyOf(id, shortcut.toLowerCase(), changed) === key);
  return method && selection.get().pin ? () => openMethod(method) : null;
}

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
  if (event.altKey || event.defaultPrevented) return null;
  if (key === "escape") return typing && !searchHasFocus() ? null : escape;
  if (typing) return null;
  return key === "?" ? help : single(key);
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
