/** The keys of the view that work wherever the focus is in it. */
import { useEffect, useRef } from "react";
import { compare } from "../../state/compare";
import { useKeyMap } from "../../state/keys";
import { useLayout } from "../../state/layout";
import { addAndRun } from "../../state/runner";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { toast } from "../../ui/Toast";

const TYPING = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]";
const PATCHING = "causal/activation-patching";
export const COUNTING = "features/feature-count";

/** What comes before all other meanings of a key; `inGrid` while no button or field has the focus. */
type Claims = (key: string, inGrid: boolean) => boolean;

/** Calls `act` with keys that nothing else has a use for; it says whether it used them. A cell of the grid tells its own. */
export function useStrataKeys(act: (key: string) => boolean, claims: Claims): void {
  const latest = useRef({ act, claims });
  useEffect(() => {
    latest.current = { act, claims };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (target.matches(TYPING) || document.querySelector("dialog[open], [role='menu'], [role='dialog']")) return;
      if (latest.current.claims(event.key, target.matches("body, .strata, .grid-cell"))) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      if (target.closest(".grid-keys")) return;
      if (latest.current.act(event.key) || toGrid(target, event) || offSlider(target, event)) event.preventDefault();
    };
    // Before the keys of the page, which would open panels below the view.
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, []);
}

const MOVES = /^(Arrow|Page|Home|End|Enter| )/;

/** While nothing in the view has the focus, the keys that move go to its grid, which takes the focus. */
function toGrid(target: Element, { key, shiftKey }: KeyboardEvent): boolean {
  const cell = document.querySelector<HTMLElement>(".strata .grid-cell");
  if (!cell || !MOVES.test(key) || !target.matches("body, .strata")) return false;
  cell.focus({ preventScroll: true });
  cell.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
  return true;
}

/** Elsewhere Esc in a field leaves only the field; a slider is none. */
function offSlider(target: Element, { key }: KeyboardEvent): boolean {
  if (key !== "Escape" || !target.matches("input[type=range]")) return false;
  leave();
  return true;
}

/** Whether a key is a letter that acts at all. */
export const acts = (key: string): boolean => !/^\p{L}$/u.test(key) || useKeyMap.getState().on;

/** Patch every cell of A into B, and colour the cells by what that does. Without a second side, begin to compare. */
export function patchEvery(uid: string): void {
  const { panels, second, setQuantity } = useWorkspace.getState();
  if (second === null) {
    compare(true);
    leave();
    return;
  }
  if (!panels.some(({ method, kept }) => method === PATCHING && !kept)) addAndRun(PATCHING);
  setQuantity(uid, "patch_effect");
  toast({ text: t("strata.patching") });
}

/** Count the features of every cell, and colour the cells by that. */
export function countFeatures(uid: string): void {
  const { panels, setQuantity } = useWorkspace.getState();
  if (!panels.some(({ method, kept }) => method === COUNTING && !kept)) addAndRun(COUNTING);
  setQuantity(uid, "features");
  toast({ text: t("strata.counting") });
}

export const leave = (): void => useLayout.getState().setFullScreen(null);
