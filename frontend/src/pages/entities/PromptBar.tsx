import { useEffect, useRef, type KeyboardEvent } from "react";
import type { SelectionStore, Token as TokenType } from "../../kinds/types";
import { pinPosition, usePin } from "../../state/selection";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Token } from "../../ui/Token";
import type { Origin } from "./usePrompt";

interface PromptBarProps {
  origin: Origin;
  tokens: readonly TokenType[];
  selection: SelectionStore;
}

/** The tokens of the analysis that one came from, and the way back to it. */
export function PromptBar({ origin, tokens, selection }: PromptBarProps) {
  return (
    <nav className="entity-strip" aria-label={t("entity.analysis")}>
      <Button size="s" variant="quiet" icon="chevronLeft" aria-keyshortcuts="Escape" onClick={origin.back}>
        {t(origin.returns ? "entity.back" : "entity.workbench")}
      </Button>
      {tokens.length > 0 && <Strip tokens={tokens} selection={selection} example={origin.example} />}
    </nav>
  );
}

/** One tab stop: arrows move along the tokens, Enter selects. */
function Strip({ tokens, selection, example }: Omit<PromptBarProps, "origin"> & { example: boolean }) {
  const pinned = usePin(selection)?.position ?? null;
  const strip = useRef<HTMLDivElement>(null);
  const stop = pinned !== null && pinned < tokens.length ? pinned : 0;
  const at = (position: number) => strip.current?.children[position] as HTMLElement | undefined;
  useEffect(() => {
    if (pinned !== null) strip.current?.children[pinned]?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [pinned]);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const here = Array.from(strip.current?.children ?? []).indexOf(event.target as Element);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: tokens.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    at(Math.max(0, Math.min(tokens.length - 1, to)))?.focus();
  };
  return (
    <div
      ref={strip}
      className="entity-tokens"
      role="toolbar"
      aria-label={t(example ? "entity.example" : "entity.prompt")}
      onKeyDown={onKeyDown}
    >
      {tokens.map((token, position) => (
        <button
          key={position}
          type="button"
          className="entity-token"
          tabIndex={position === stop ? 0 : -1}
          aria-pressed={position === pinned}
          aria-label={t("entity.token", { position, text: token.text })}
          onClick={() => pinPosition(position === pinned ? null : position, selection)}
        >
          <Token token={token} max={16} />
        </button>
      ))}
    </div>
  );
}
