import { useState, type FormEvent } from "react";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";

/** Asks for a text where there is neither an analysis nor an example to take one from. */
export function PromptForm({ onAsk }: { onAsk: (prompt: string) => void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) onAsk(text);
  };
  return (
    <form className="entity-ask" onSubmit={submit}>
      <label htmlFor="entity-prompt">{t("entity.ask")}</label>
      <textarea id="entity-prompt" rows={2} value={text} onChange={(event) => setText(event.target.value)} />
      <Button variant="primary" type="submit" disabled={!text.trim()}>
        {t("entity.show")}
      </Button>
    </form>
  );
}
