import * as Radix from "@radix-ui/react-popover";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { tokensQuery } from "../../api/queries";
import type { Prediction } from "../../state/reading";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { probability } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import { SPACE_MARK, tokenText } from "../../ui/tokenText";

interface TokenFieldProps {
  label: string;
  tone: "target" | "distractor";
  /** The token's text; empty when the choice is left to the method. */
  value: string;
  /** What is taken while the field is empty. */
  implied: string | null;
  likely: Prediction[];
  onCommit: (text: string) => void;
}

/** Leading spaces are part of a token, so they are written and read as dots. */
const shown = (text: string) => text.replace(/^ +/, (spaces) => SPACE_MARK.repeat(spaces.length));
const meant = (text: string) => text.replace(/^·+/, (dots) => " ".repeat(dots.length));

/** One side of the question: a chip that opens to a field and to the tokens that are likely here. */
export function TokenField({ label, tone, value, implied, likely, onCommit }: TokenFieldProps) {
  const [open, setOpen] = useState(false);
  const text = value || implied;
  const commit = (next: string) => {
    setOpen(false);
    if (next !== value) onCommit(next);
  };
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <button
          type="button"
          className="token-field"
          aria-label={t("app.question.side", { label, text: text === null ? "" : tokenText({ text }) })}
        >
          {text === null ? (
            <span className={`tok implied ${tone}`}>{t(`app.question.none.${tone}`)}</span>
          ) : (
            <Token token={{ text }} tone={tone} implied={value === ""} />
          )}
        </button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="popover token-popover"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
        >
          <TokenForm label={label} value={value} onCommit={commit} />
          {likely.length > 0 && (
            <ul className="token-likely" aria-label={t("app.question.likely")}>
              {likely.map((prediction) => (
                <li key={prediction.text}>
                  <button type="button" onClick={() => commit(prediction.text)}>
                    <Token token={{ text: prediction.text }} plain />
                    <span className="ink-3">{probability(prediction.probability)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function TokenForm({ label, value, onCommit }: Pick<TokenFieldProps, "label" | "value" | "onCommit">) {
  const model = useWorkspace((workspace) => workspace.model);
  const [typed, setTyped] = useState(shown(value));
  const text = meant(typed);
  const { data: tokens = [] } = useQuery(tokensQuery(model, text));
  const own = tokens.filter((token) => !token.special);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCommit(own.length > 1 ? own[0].text : text);
  };
  return (
    <form className="column g6" onSubmit={submit}>
      <label className="column g2">
        <span className="ink-3 xs">{label}</span>
        <input
          className="field mono"
          // eslint-disable-next-line jsx-a11y/no-autofocus -- the popover was opened to type here
          autoFocus
          value={typed}
          spellCheck={false}
          autoComplete="off"
          maxLength={200}
          placeholder={t("app.question.placeholder")}
          onChange={(event) => setTyped(shown(meant(event.target.value)))}
        />
      </label>
      {own.length > 1 && (
        <p className="token-warning">{t("app.question.several", { count: own.length, first: tokenText(own[0]) })}</p>
      )}
      <div className="row g6">
        <Button variant="primary" size="s" type="submit">
          {t("app.question.use")}
        </Button>
        {value !== "" && (
          <Button variant="quiet" size="s" onClick={() => onCommit("")}>
            {t("app.question.clear")}
          </Button>
        )}
      </div>
    </form>
  );
}
