import { useState } from "react";
import type { ModelCard } from "../../api/card";
import { PanelFrame } from "../../panels/PanelFrame";
import { Button } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Segmented } from "../../ui/Segmented";
import { numbersAsCsv, numbersAsJson, shownNumbers, verdictOf, type Filter } from "./numbers";
import { NumbersTable } from "./NumbersTable";

/** Every measured number with its bound, its verdict and its control. */
export function Scorecard({ card }: { card: ModelCard }) {
  const [filter, setFilter] = useState<Filter>("all");
  const [search, setSearch] = useState("");
  const { numbers } = card;
  const missed = numbers.filter((number) => verdictOf(number) === "missed").length;
  const shown = shownNumbers(numbers, filter, search);
  const said = t("app.card.copied", { count: shown.length });
  const showAll = () => {
    setFilter("all");
    setSearch("");
  };
  return (
    <PanelFrame level={2} id="card-score" width="full" title={t("app.card.score")} purpose={t("app.card.scoreNote")}>
      <div role="search" className="row wrap card-looking">
        <Segmented
          label={t("app.card.filter")}
          options={[
            { value: "all", label: t("app.card.filter.all", { count: numbers.length }) },
            { value: "missed", label: t("app.card.filter.missed", { count: missed }) },
          ]}
          value={filter}
          onChange={setFilter}
        />
        <div className="field">
          <Icon name="search" size={14} />
          <input
            type="search"
            aria-label={t("app.card.search")}
            placeholder={t("app.card.placeholder")}
            value={search}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
        <span className="grow" />
        <Button icon="copy" onClick={() => void copyText(numbersAsCsv(shown), said)}>
          {t("app.card.copyCsv")}
        </Button>
        <Button icon="copy" onClick={() => void copyText(numbersAsJson(card, shown), said)}>
          {t("app.card.copyJson")}
        </Button>
      </div>
      {shown.length > 0 ? (
        <NumbersTable numbers={shown} model={card.id} />
      ) : (
        <p className="sm ink-2 card-none">
          {t(filter === "missed" && missed === 0 ? "app.card.noneMissed" : "app.card.noneFound")}
        </p>
      )}
      <p className="row card-foot">
        <span role="status">{t("app.card.shown", { shown: shown.length, total: numbers.length })}</span>
        {shown.length < numbers.length && (
          <button type="button" className="link" onClick={showAll}>
            {t("app.card.showAll")}
          </button>
        )}
      </p>
    </PanelFrame>
  );
}
