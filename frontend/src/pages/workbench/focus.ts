import { useLayout } from "../../state/layout";
import { breadth } from "../../state/media";
import { SEARCH_ID } from "./CatalogueSearch";

/** Bring the catalogue's search field into sight, wherever the layout keeps it, and type there. */
export function focusSearch(): void {
  const { open, toggleRail, setTab, setDialog } = useLayout.getState();
  const now = breadth();
  if (now === "narrow") setTab("methods");
  else if (now === "medium") setDialog("catalogue");
  else if (!open.left) toggleRail("left");
  const focus = () => document.getElementById(SEARCH_ID)?.focus();
  focus();
  requestAnimationFrame(() => requestAnimationFrame(focus));
}

/** Whether the catalogue's search field is being typed in. */
export const searchHasFocus = (): boolean => document.activeElement?.id === SEARCH_ID;
