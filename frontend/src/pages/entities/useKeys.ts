import { useEffect, useEffectEvent } from "react";

/** Where arrows, or Escape, have a meaning of their own. */
const OWN = "input, textarea, select, [role='grid'], [role='region'][tabindex], [role='slider'], .entity-tokens";
const OPEN = "dialog[open], [role='menu'], [role='dialog'], [role='listbox']";

interface Keys {
  previous: (() => void) | null;
  next: (() => void) | null;
  back: () => void;
}

/** Left and right go to the neighbours, Escape back to the analysis. */
export function useEntityKeys(keys: Keys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (document.querySelector(OPEN)) return;
    const inside = event.target instanceof Element && event.target.closest(OWN);
    const act =
      event.key === "Escape"
        ? keys.back
        : inside
          ? null
          : event.key === "ArrowLeft"
            ? keys.previous
            : event.key === "ArrowRight"
              ? keys.next
              : null;
    if (!act || (inside && inside.matches("input:not([type=radio]), textarea, select"))) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
