import { useId, useState, type KeyboardEvent } from "react";
import type { Method } from "../../api/types";
import { searchMethods } from "../../state/catalogue";
import { Kbd } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";

export const SEARCH_ID = "catalogue-search";

interface CatalogueSearchProps {
  methods: Method[];
  /** Why a method cannot run; null when it can. */
  reasonOf: (method: Method) => string | null;
  search: string;
  onSearch: (search: string) => void;
  onChoose: (method: Method) => void;
}

/** Search over titles, questions, synonyms and papers. Arrows choose, Enter adds. */
export function CatalogueSearch({ methods, reasonOf, search, onSearch, onChoose }: CatalogueSearchProps) {
  const [active, setActive] = useState(0);
  const list = useId();
  const hits = searchMethods(methods, search);
  const current = Math.min(active, hits.length - 1);
  const option = (index: number) => `${list}-${index}`;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && hits.length > 0) setActive((current + step + hits.length) % hits.length);
    else if (event.key === "Enter" && hits[current]) onChoose(hits[current].method);
    else if (event.key === "Escape") {
      if (search === "") event.currentTarget.blur();
      onSearch("");
    } else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="catalogue-search">
        <div className="field">
          <Icon name="search" size={14} />
          <input
            id={SEARCH_ID}
            type="text"
            role="combobox"
            aria-label={t("app.catalogue.search")}
            aria-expanded={hits.length > 0}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={hits.length > 0 ? option(current) : undefined}
            placeholder={t("app.catalogue.placeholder", { count: methods.length })}
            value={search}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setActive(0);
              onSearch(event.target.value);
            }}
            onKeyDown={onKeyDown}
          />
          {search === "" && <Kbd>/</Kbd>}
        </div>
      </div>
      <div
        id={list}
        role="listbox"
        aria-label={t("app.catalogue.results")}
        className="catalogue-hits"
        hidden={search.trim() === ""}
      >
        {hits.map(({ method, matched }, index) => (
          // Chosen from the search field with arrows and Enter.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={method.id}
            id={option(index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={index === current ? "catalogue-hit active" : "catalogue-hit"}
            onPointerMove={() => setActive(index)}
            onClick={() => onChoose(method)}
          >
            <span className="row">
              <span className="grow clip">{method.title}</span>
              <span className="catalogue-reason">{reasonOf(method)}</span>
            </span>
            <span className="catalogue-matched clip">{matched ?? method.question}</span>
          </div>
        ))}
      </div>
      {search.trim() !== "" && hits.length === 0 && (
        <p className="catalogue-none">{t("app.catalogue.none", { search })}</p>
      )}
    </>
  );
}
