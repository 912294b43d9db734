/** What can be done with the selection: methods that ask to be opened from it. */
import { methodsQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import type { Method } from "../api/types";
import { t } from "../ui/i18n";
import { toast } from "../ui/Toast";
import { compare } from "./compare";
import { useLayout } from "./layout";
import { lacksSecond } from "./request";
import { addAndRun } from "./runner";
import { useWorkspace } from "./workspace";

/** Show a method's panel: the one that is open, or a new one. A method that compares two sides says so while there is one. */
export function openMethod(method: Method): void {
  const workspace = useWorkspace.getState();
  if (lacksSecond(method, workspace)) {
    toast({
      text: t("compare.needed", { title: method.title }),
      action: { label: t("compare.begin"), run: () => compare(true) },
    });
    return;
  }
  const open = workspace.panels.find((panel) => panel.method === method.id && !panel.kept);
  show(open?.uid ?? addAndRun(method.id));
}

/** The same, by the method's id; nothing for a method the server does not have. */
export function openById(id: string): void {
  const method = queryClient.getQueryData(methodsQuery.queryKey)?.methods.find((candidate) => candidate.id === id);
  if (method) openMethod(method);
}

/** Go to a panel once it is on the page; keys then act on it. */
export function show(uid: string): void {
  const { setActive, setTab, fullScreen, setFullScreen } = useLayout.getState();
  if (fullScreen !== null && fullScreen !== uid) setFullScreen(null);
  setActive(uid);
  setTab("panels");
  reveal(uid, "nearest", (panel) => panel.focus({ preventScroll: true }));
}

/** Bring a panel into view once it is on the page; the keyboard stays where it is. */
export function reveal(uid: string, block: ScrollLogicalPosition, then?: (panel: HTMLElement) => void): void {
  requestAnimationFrame(() => {
    const panel = document.getElementById(uid);
    panel?.scrollIntoView({ block });
    if (panel) then?.(panel);
  });
}
