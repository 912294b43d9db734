import type { Token } from "../../kinds/types";
import { useLayout } from "../../state/layout";
import { EDITOR_ID } from "./PromptEditor";

/** Put the cursor into the editor, with the text of this token selected. */
export function editAt(token: Token): void {
  useLayout.getState().setTab("prompt");
  requestAnimationFrame(() => {
    const editor = document.getElementById(EDITOR_ID);
    if (!(editor instanceof HTMLTextAreaElement)) return;
    editor.focus();
    if (!token.offset) return;
    // Offsets count characters, the editor counts UTF-16 units.
    const units = (characters: number) => [...editor.value].slice(0, characters).join("").length;
    editor.setSelectionRange(units(token.offset[0]), units(token.offset[1]));
  });
}
