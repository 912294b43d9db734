import type { Token } from "../../kinds/types";
import { useLayout } from "../../state/layout";

/** The id of the field in which a side's prompt is written. */
export const editorId = (side: "a" | "b"): string => `prompt-editor-${side}`;

/** Put the cursor into a side's editor, with the text of this token selected. */
export function editAt(token: Token, side: "a" | "b"): void {
  const { setTab, setEditing } = useLayout.getState();
  setTab("prompt");
  setEditing(side);
  requestAnimationFrame(() => {
    const editor = document.getElementById(editorId(side));
    if (!(editor instanceof HTMLTextAreaElement)) return;
    editor.focus();
    if (!token.offset) return;
    // Offsets count characters, the editor counts UTF-16 units.
    const units = (characters: number) => [...editor.value].slice(0, characters).join("").length;
    editor.setSelectionRange(units(token.offset[0]), units(token.offset[1]));
  });
}
