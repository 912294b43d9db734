import * as Radix from "@radix-ui/react-popover";
import { lazy, Suspense, useState } from "react";
import type { Prediction } from "../../state/reading";
import type { TokenTexts } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/Skeleton";
import { Token } from "../../ui/Token";
import { tokenText } from "../../ui/tokenText";

const TokenChoice = lazy(() => import("./TokenChoice"));

export interface TokenFieldProps {
  tone: "target" | "distractor";
  /** The tokens chosen; none when the choice is left to the method. */
  texts: TokenTexts;
  /** What is taken while none is chosen. */
  implied: TokenTexts;
  likely: Prediction[];
  onChange: (texts: TokenTexts) => void;
}

/** More chips than this are told as a number. */
const SHOWN = 4;

/** One side of the question: its tokens as chips, which open to choose others. */
export function TokenField(props: TokenFieldProps) {
  const { tone, texts, implied } = props;
  const [open, setOpen] = useState(false);
  const label = t(`app.question.${tone}`);
  const shown = texts.length > 0 ? texts : implied;
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <button
          type="button"
          className="token-field"
          aria-label={t("app.question.side", { label, text: shown.map((text) => tokenText({ text })).join(", ") })}
        >
          {shown.length === 0 && <span className={`tok implied ${tone}`}>{t(`app.question.none.${tone}`)}</span>}
          {shown.slice(0, SHOWN).map((text, index) => (
            <Token key={index} token={{ text }} tone={tone} implied={texts.length === 0} />
          ))}
          {shown.length > SHOWN && <span className={`tok ${tone}`}>+{shown.length - SHOWN}</span>}
          {texts.length > 0 && (
            <span className="token-more">
              <Icon name="add" size={12} />
            </span>
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
          <Suspense fallback={<Skeleton rows={3} />}>
            <TokenChoice {...props} onDone={() => setOpen(false)} />
          </Suspense>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
