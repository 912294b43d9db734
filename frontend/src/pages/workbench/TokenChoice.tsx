import { useQuery } from "@tanstack/react-query";
import { useId, useState, type KeyboardEvent } from "react";
import { tokensQuery } from "../../api/queries";
import { vocabularyQuery } from "../../api/vocabulary";
import { useWorkspace } from "../../state/workspace";
import { Button, IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { probability } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import { SPACE_MARK, tokenText, type TokenLike } from "../../ui/tokenText";
import type { TokenFieldProps } from "./TokenField";

/** As many as a method takes on one side. */
const MOST = 32;

/** Leading spaces are part of a token, so they are written and read as dots. */
const shown = (text: string) => text.replace(/^ +/, (spaces) => SPACE_MARK.repeat(spaces.length));
const meant = (text: string) => text.replace(/^·+/, (dots) => " ".repeat(dots.length));

interface Offer {
  token: TokenLike;
  detail: string;
}

/** Choosing the tokens of one side: those that are likely here, or any of the vocabulary. */
export default function TokenChoice({
  tone,
  texts,
  likely,
  onChange,
  onDone,
}: TokenFieldProps & { onDone: () => void }) {
  const [typed, setTyped] = useState("");
  const [adding, setAdding] = useState(texts.length > 1);
  const text = meant(typed);
  const offers = useOffers(text, likely);
  const several = useSeveral(text);
  const take = (token: string) => {
    const next = adding ? [...new Set([...texts, token])].slice(0, MOST) : [token];
    setTyped("");
    if (String(next) !== String(texts)) onChange(next);
    if (!adding) onDone();
  };
  return (
    <div className="column g8">
      {texts.length > 0 && <Chosen tone={tone} texts={texts} onChange={onChange} />}
      <TokenSearch
        label={t(`app.question.${tone}`)}
        typed={typed}
        offers={offers}
        onType={(next) => setTyped(shown(meant(next)))}
        onTake={(offer) => take(offer?.token.text ?? several?.[0].text ?? text)}
      />
      {several && (
        <p className="token-warning">
          {t("app.question.several", { count: several.length, first: tokenText(several[0]) })}
        </p>
      )}
      <div className="row g6">
        {texts.length > 0 && (
          <label className="row g6 sm">
            <input type="checkbox" checked={adding} onChange={(event) => setAdding(event.target.checked)} />
            {t("app.question.add")}
          </label>
        )}
        <span className="grow" />
        {texts.length > 0 && (
          <Button
            variant="quiet"
            size="s"
            onClick={() => {
              onChange([]);
              onDone();
            }}
          >
            {t("app.question.clear")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Chosen({ tone, texts, onChange }: Pick<TokenFieldProps, "tone" | "texts" | "onChange">) {
  return (
    <ul className="token-chosen" aria-label={t("app.question.chosen")}>
      {texts.map((text, index) => (
        <li key={text}>
          <Token token={{ text }} tone={tone} />
          <IconButton
            icon="close"
            label={t("app.question.remove", { text: tokenText({ text }) })}
            onClick={() => onChange(texts.toSpliced(index, 1))}
          />
        </li>
      ))}
    </ul>
  );
}

/** What can be taken: likely tokens while nothing is typed, and else those of the vocabulary. */
function useOffers(text: string, likely: TokenFieldProps["likely"]): Offer[] {
  const model = useWorkspace((workspace) => workspace.model);
  const { data } = useQuery({ ...vocabularyQuery(model, text), placeholderData: (before) => before });
  if (text === "")
    return likely.map(({ text: known, probability: p }) => ({ token: { text: known }, detail: probability(p) }));
  return (data?.tokens ?? []).map((token) => ({
    token,
    detail: t("app.question.id", { id: String(token.id), bytes: token.bytes }),
  }));
}

/** The tokens of a text that is not one token. */
function useSeveral(text: string): TokenLike[] | null {
  const model = useWorkspace((workspace) => workspace.model);
  const { data = [] } = useQuery(tokensQuery(model, text));
  const own = data.filter((token) => !token.special);
  return text !== "" && own.length > 1 ? own : null;
}

interface TokenSearchProps {
  label: string;
  typed: string;
  offers: Offer[];
  onType: (typed: string) => void;
  /** The offer chosen; null for what was typed. */
  onTake: (offer: Offer | null) => void;
}

/** A field with a list: arrows choose, Enter takes; without a choice it takes what was typed. */
function TokenSearch({ label, typed, offers, onType, onTake }: TokenSearchProps) {
  const id = useId();
  const [at, setAt] = useState(-1);
  const chosen = Math.min(at, offers.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt(Math.max(-1, Math.min(offers.length - 1, chosen + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen >= 0 || typed !== "") onTake(offers[chosen] ?? null);
      setAt(-1);
    }
  };
  return (
    <div className="column g2">
      <label className="column g2">
        <span className="ink-3 xs">{label}</span>
        <input
          className="field mono"
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={id}
          aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
          // eslint-disable-next-line jsx-a11y/no-autofocus -- the popover was opened to type here
          autoFocus
          value={typed}
          spellCheck={false}
          autoComplete="off"
          maxLength={200}
          placeholder={t("app.question.placeholder")}
          onChange={(event) => {
            setAt(-1);
            onType(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      {offers.length > 0 && (
        <ul
          id={id}
          role="listbox"
          className="token-likely"
          aria-label={t(typed === "" ? "app.question.likely" : "app.question.found")}
        >
          {offers.map((offer, index) => (
            // Arrows in the field choose; the pointer takes.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={index}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              onClick={() => onTake(offer)}
            >
              <Token token={offer.token} plain />
              <span className="ink-3 xs">{offer.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
