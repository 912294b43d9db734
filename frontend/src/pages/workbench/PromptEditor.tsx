import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, type KeyboardEvent } from "react";
import { asProblem } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import { compare } from "../../state/compare";
import { useLayout } from "../../state/layout";
import { isChat, isEmptyPrompt, promptText, type Prompt } from "../../state/prompt";
import { runWorkspace } from "../../state/runner";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Select } from "../../ui/Select";
import { COMMAND_KEY } from "../frame/shortcuts";
import { editorId } from "./editAt";
import { ExampleMenu } from "./ExampleMenu";
import { usePending } from "./pending";
import "./PromptEditor.css";

const ChatEditor = lazy(() => import("./ChatEditor"));

interface PromptEditorProps {
  side?: "a" | "b";
}

/** The text the model reads, or the messages of a chat, and Run. One line that grows to eight. */
export function PromptEditor({ side = "a" }: PromptEditorProps) {
  const draft = useWorkspace(({ draft: first, second }) => (side === "b" ? (second?.draft ?? "") : first));
  const comparing = useWorkspace(({ second }) => second !== null);
  const setEditing = useLayout((layout) => layout.setEditing);
  const change = (next: Prompt) => {
    const { setDraft, setSecond } = useWorkspace.getState();
    if (side === "b") setSecond({ draft: next });
    else setDraft(next);
  };
  return (
    <div className="prompt-editor">
      {isChat(draft) ? (
        <Suspense fallback={<div className="grow" />}>
          <ChatEditor id={editorId(side)} messages={draft} onChange={change} />
        </Suspense>
      ) : (
        <TextEditor side={side} text={draft} onChange={change} />
      )}
      <div className="prompt-buttons">
        <Select
          label={t("app.prompt.as")}
          options={[
            { value: "text", label: t("app.prompt.as.text") },
            { value: "chat", label: t("app.prompt.as.chat") },
          ]}
          value={isChat(draft) ? "chat" : "text"}
          onChange={(kind) =>
            change(kind === "chat" ? [{ role: "user", content: promptText(draft) }] : promptText(draft))
          }
        />
        {comparing ? (
          <Button variant="quiet" onClick={() => setEditing(null)}>
            {t("app.prompt.done")}
          </Button>
        ) : (
          <>
            <ExampleMenu />
            <Button className="prompt-compare" onClick={() => compare(true)}>
              {t("compare.begin")}
            </Button>
          </>
        )}
        <RunButton disabled={isEmptyPrompt(draft)} />
      </div>
      <Refusal side={side} draft={draft} />
    </div>
  );
}

export function RunButton({ disabled }: { disabled: boolean }) {
  const pending = usePending();
  return (
    <Button
      className="prompt-run"
      icon="play"
      variant={pending ? "primary" : "default"}
      onClick={runWorkspace}
      disabled={disabled}
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
  );
}

interface TextEditorProps {
  side: "a" | "b";
  text: string;
  onChange: (text: string) => void;
}

function TextEditor({ side, text, onChange }: TextEditorProps) {
  const field = useGrowth(text);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") field.current?.blur();
  };
  return (
    <textarea
      ref={field}
      id={editorId(side)}
      className="field mono prompt-field"
      rows={1}
      aria-label={t(side === "b" ? "app.prompt.labelB" : "app.prompt.label")}
      placeholder={t("app.prompt.placeholder")}
      value={text}
      maxLength={100_000}
      spellCheck={false}
      autoComplete="off"
      autoCapitalize="off"
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

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

/** Why the model cannot read what is written: too long, no chat template … */
function Refusal({ side, draft }: { side: "a" | "b"; draft: Prompt }) {
  const model = useWorkspace(({ model: first, second }) => (side === "b" && second?.model) || first);
  const { error } = useQuery({ ...tokensQuery(model, draft), enabled: false });
  const { body } = error ? asProblem(error) : {};
  if (!body) return null;
  return (
    <p className="prompt-refusal" role="status">
      {[body.message, body.remedy].filter(Boolean).join(" ")}
    </p>
  );
}
