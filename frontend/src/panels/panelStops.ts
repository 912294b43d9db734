/**
 * Every panel is one stop of the Tab key: Tab goes from panel to panel, Enter goes inside, Esc comes back out.
 *
 * Nothing is hidden for it. A panel's section can hold the focus itself. While Tab leaves a section, what is inside of
 * the sections is inert for that one key press, so that the browser finds the next stop as it always does. Whoever Tabs
 * backwards into the end of a panel is taken to its section. Inside, Tab walks through the controls and out at the end.
 */
import { useEffect, type RefObject } from "react";

const PANEL = ".panel[tabindex]";
const GRID = ".panel-body [role='gridcell'][tabindex='0']";
const CONTROL = ["a[href]", "button", "input", "select", "textarea", "[tabindex='0']"]
  .map((one) => `.panel-params ${one}:not(:disabled), .panel-body ${one}:not(:disabled)`)
  .join();
const ANYTHING = "a[href], button:not(:disabled)";

/** Go inside: to the figure's grid, where arrows do something, or else to the first control. */
function enter(panel: HTMLElement): boolean {
  const inside = [GRID, CONTROL, ANYTHING].map((selector) => panel.querySelector<HTMLElement>(selector)).find(Boolean);
  inside?.focus();
  return inside != null;
}

/** Keep the browser from stopping inside of panels, for the key press under way. */
function passOver(container: HTMLElement): void {
  const inside = [...container.querySelectorAll<HTMLElement>(`${PANEL} > *`)].filter((part) => !part.inert);
  inside.forEach((part) => (part.inert = true));
  setTimeout(() => inside.forEach((part) => (part.inert = false)));
}

export function usePanelStops(host: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const container = host.current;
    if (!container) return undefined;
    let tabbing = false;
    const panelOf = (target: EventTarget | null) =>
      target instanceof Element && container.contains(target) ? target.closest<HTMLElement>(PANEL) : null;

    const onKey = (event: KeyboardEvent) => {
      tabbing = event.key === "Tab";
      const panel = panelOf(event.target);
      // A dialog lies in its panel, and has keys of its own.
      if (!panel || event.defaultPrevented || (event.target as Element).closest("dialog")) return;
      const outside = event.target === panel;
      const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (event.key === "Tab" && outside) passOver(container);
      else if (event.key === "Enter" && outside && plain && enter(panel)) event.preventDefault();
      else if (event.key === "Escape" && !outside && !panel.matches(".full-screen")) {
        event.preventDefault();
        panel.focus();
      }
    };
    const onPress = () => (tabbing = false);
    const onFocus = ({ target, relatedTarget }: FocusEvent) => {
      const panel = panelOf(target);
      const arrived = tabbing && panel && target !== panel && panel !== panelOf(relatedTarget);
      tabbing = false;
      if (arrived) panel.focus();
    };

    // On the document, where everything inside has had its say about the key.
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onPress, true);
    container.addEventListener("focusin", onFocus);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onPress, true);
      container.removeEventListener("focusin", onFocus);
    };
  }, [host]);
}
