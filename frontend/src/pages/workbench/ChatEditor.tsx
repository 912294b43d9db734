import type { Message } from "../../state/prompt";
import { Button, IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Select } from "../../ui/Select";

interface ChatEditorProps {
  /** Of the field of the last message. */
  id: string;
  messages: Message[];
  onChange: (messages: Message[]) => void;
}

const ROLES = ["system", "user", "assistant"] as const;
const MOST = 64;

/** Chat messages, one row each; the model's template makes the tokens of them that the strip shows. */
export default function ChatEditor({ id, messages, onChange }: ChatEditorProps) {
  const change = (index: number, edit: Partial<Message>) =>
    onChange(messages.with(index, { ...messages[index], ...edit }));
  const last = messages.length - 1;
  const next = messages[last]?.role === "user" ? "assistant" : "user";
  return (
    <div className="chat-editor" role="group" aria-label={t("app.prompt.chat")}>
      {messages.map((message, index) => (
        <div key={index} className="chat-row">
          <Select
            label={t("app.prompt.role", { number: index + 1 })}
            options={ROLES.map((role) => ({ value: role, label: t(`app.prompt.role.${role}`) }))}
            value={message.role}
            onChange={(role) => change(index, { role })}
          />
          <textarea
            id={index === last ? id : undefined}
            className="field mono prompt-field"
            rows={1}
            aria-label={t("app.prompt.message", { number: index + 1 })}
            placeholder={t("app.prompt.messagePlaceholder")}
            value={message.content}
            maxLength={100_000}
            spellCheck={false}
            onChange={(event) => change(index, { content: event.target.value })}
          />
          <IconButton
            icon="close"
            label={t("app.prompt.removeMessage", { number: index + 1 })}
            disabled={messages.length === 1}
            onClick={() => onChange(messages.toSpliced(index, 1))}
          />
        </div>
      ))}
      {messages.length < MOST && (
        <Button
          size="s"
          variant="quiet"
          icon="add"
          onClick={() => onChange([...messages, { role: next, content: "" }])}
        >
          {t("app.prompt.addMessage")}
        </Button>
      )}
    </div>
  );
}
