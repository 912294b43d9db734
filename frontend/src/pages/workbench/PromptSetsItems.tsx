import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { promptItemsQuery, type PromptItem, type PromptSet } from "../../api/promptSets";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import { SPACE_MARK } from "../../ui/tokenText";

/** Rows drawn at first, and with every wish for more. */
const SHOWN = 60;

interface PromptSetsItemsProps {
  set: PromptSet;
  /** Told which item is the active one. */
  onPick: (item: PromptItem | null) => void;
  onUse: (item: PromptItem) => void;
}

/** The prompts of a set, searched in a field from which arrows choose and Enter uses. */
export function PromptSetsItems({ set, onPick, onUse }: PromptSetsItemsProps) {
  const { data: items, error, refetch } = useQuery(promptItemsQuery(set.id));
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const [shown, setShown] = useState(SHOWN);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const hits = found(items ?? [], search);
  const drawn = hits.slice(0, shown);
  const current = Math.max(0, Math.min(active, drawn.length - 1));
  const picked = drawn[current] ?? null;
  useEffect(() => onPick(picked), [onPick, picked]);

  const move = (to: number) => {
    setActive(to);
    list.current?.children[to]?.scrollIntoView({ block: "nearest" });
  };
  const look = (text: string) => {
    setSearch(text);
    setActive(0);
    setShown(SHOWN);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && drawn.length > 0) move((current + step + drawn.length) % drawn.length);
    else if (event.key === "Enter" && picked) onUse(picked);
    // An empty field leaves Escape to the dialog.
    else if (event.key === "Escape" && search !== "") look("");
    else return;
    event.preventDefault();
  };

  if (error) {
    const again = <Button onClick={() => void refetch()}>{t("app.sets.retry")}</Button>;
    return <Notice tone="fail" title={t("app.sets.failed")} actions={again} />;
  }
  if (!items) return <Skeleton rows={6} />;
  return (
    <>
      <div className="field sets-search">
        <Icon name="search" size={14} />
        <input
          type="text"
          role="combobox"
          aria-label={t("app.sets.search")}
          aria-expanded
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={picked ? `${id}-${current}` : undefined}
          placeholder={t("app.sets.search")}
          value={search}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => look(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <span className="sets-count" role="status">
          {search.trim() === ""
            ? t("app.sets.count", { count: items.length })
            : t("app.sets.found", { count: hits.length, total: items.length })}
        </span>
      </div>
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={t("app.sets.items", { title: set.title })}
        className="sets-items"
      >
        {drawn.map((item, index) => (
          // Chosen from the search field with arrows and Enter.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={item.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={index === current ? "sets-item active" : "sets-item"}
            onClick={() => setActive(index)}
            onDoubleClick={() => onUse(item)}
          >
            <Prompt item={item} />
          </div>
        ))}
      </div>
      {hits.length === 0 && <p className="ink-2">{t("app.sets.noHits", { search })}</p>}
      {hits.length > drawn.length && (
        <Button size="s" variant="quiet" onClick={() => setShown(shown + SHOWN)}>
          {t("app.sets.more", { count: Math.min(SHOWN, hits.length - drawn.length) })}
        </Button>
      )}
    </>
  );
}

/** Items of which any text, or a name of what they are about, contains all the words. */
function found(items: PromptItem[], search: string): PromptItem[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items.filter(({ prompt, answer, label, meta }) => {
    const text = [prompt, answer, label, ...Object.values(meta).map(String)].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Leading spaces are part of a token, so they are written as dots. */
const dotted = (text: string) => text.replace(/^ +/, (spaces) => SPACE_MARK.repeat(spaces.length));

function Prompt({ item }: { item: PromptItem }) {
  const facts = (["answer", "distractor", "label"] as const).flatMap((name) => {
    const value = item[name];
    return value === null ? [] : [{ name, value: dotted(value) }];
  });
  return (
    <>
      <span className="sets-text">{item.prompt}</span>
      {item.corrupt !== null && (
        <span className="sets-text sets-corrupt">
          <span className="sets-name">{t("app.sets.corrupt")}</span> {item.corrupt}
        </span>
      )}
      <span className="row wrap g8">
        {facts.map(({ name, value }) => (
          <span key={name}>
            <span className="sets-name">{t(`app.sets.${name}`)}</span> <span className="sets-text">{value}</span>
          </span>
        ))}
      </span>
    </>
  );
}
