import { useEffect, useRef, type KeyboardEvent } from "react";
import { runWorkspace } from "../../state/runner";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { COMMAND_KEY } from "../frame/shortcuts";
import { ExampleMenu } from "./ExampleMenu";
import { usePending } from "./pending";
import "./PromptEditor.css";

export const EDITOR_ID = "prompt-editor";

/** Where the browser does not size the field by its text, do it by hand. */
function useGrowth(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    if (!element || CSS.supports?.("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);
  return field;
}

/** The text the model reads, and Run. One line that grows to eight. */
export function PromptEditor() {
  const { draft, setDraft } = useWorkspace();
  const field = useGrowth(draft);
  const pending = usePending();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") field.current?.blur();
  };
  return (
    <div className="prompt-editor">
      <textarea
        ref={field}
        id={EDITOR_ID}
        className="field mono prompt-field"
        rows={1}
        aria-label={t("app.prompt.label")}
        placeholder={t("app.prompt.placeholder")}
        value={draft}
        maxLength={100_000}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <ExampleMenu />
      <Button
        className="prompt-run"
        icon="play"
        variant={pending ? "primary" : "default"}
        onClick={runWorkspace}
        disabled={draft === ""}
      >
        {t("app.prompt.run")}
        <span className="prompt-keys" aria-hidden="true">
          {COMMAND_KEY}↵
        </span>
        {pending && (
          <span className="prompt-dot">
            <span className="sr-only">{t("app.prompt.pending")}</span>
          </span>
        )}
      </Button>
    </div>
  );
}
