import { useState, type MouseEvent } from "react";
import { byDay, restore, searchHistory, showBeside, useHistory, type Remembered } from "../../state/history";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon, type IconName } from "../../ui/icons";
import { clockTime, day as dayText } from "../../ui/dates";
import { tokenText } from "../../ui/tokenText";
import { Stamp } from "./Stamp";
import "./History.css";

/** What was run before, by day: a click puts everything back, Shift and a click shows the result beside what is open. */
export default function History() {
  const { rows, clear } = useHistory();
  const [search, setSearch] = useState("");
  const found = searchHistory(rows, search);
  if (rows.length === 0) return <p className="history-empty">{t("history.empty")}</p>;
  return (
    <div className="history">
      <div className="catalogue-search">
        <div className="field">
          <Icon name="search" size={14} />
          <input
            aria-label={t("history.search")}
            placeholder={t("history.placeholder", { count: rows.length })}
            value={search}
            spellCheck={false}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      </div>
      {byDay(found).map(({ day, rows: own }) => (
        <section key={day} aria-label={dayText(new Date(day))}>
          <h2>{dayText(new Date(day))}</h2>
          <ul>
            {own.map((row) => (
              <Row key={row.key} row={row} />
            ))}
          </ul>
        </section>
      ))}
      {found.length === 0 && <p className="history-empty">{t("history.none", { search })}</p>}
      <footer className="history-foot">
        <span className="xs ink-3">{t("history.note")}</span>
        <Button size="s" variant="quiet" icon="trash" onClick={clear}>
          {t("history.clear")}
        </Button>
      </footer>
    </div>
  );
}

const VERDICTS: Record<string, IconName> = { ok: "check", warn: "alert", fail: "alert", info: "info" };

function Row({ row }: { row: Remembered }) {
  const onClick = (event: MouseEvent) => (event.shiftKey ? showBeside(row) : restore(row));
  const prompt = tokenText({ text: row.prompt });
  return (
    <li className="history-item">
      <button type="button" className="history-row" title={t("history.restore")} onClick={onClick}>
        <Stamp thumbnail={row.thumbnail} />
        <span className="history-text">
          <span className="row g4">
            <span className="clip grow">{row.title}</span>
            {row.verdict && row.verdict !== "info" && (
              <span className={`history-verdict ${row.verdict}`}>
                <Icon name={VERDICTS[row.verdict]} size={12} />
                <span className="sr-only">{t(`ui.check.${row.verdict}`)}</span>
              </span>
            )}
          </span>
          <span className="clip mono xs ink-2">{prompt}</span>
          <span className="clip xs ink-3">{t("history.when", { model: row.model, time: clockTime(row.at) })}</span>
        </span>
      </button>
      <button type="button" className="history-beside" onClick={() => showBeside(row)}>
        <Icon name="add" size={14} />
        <span className="sr-only">{t("history.beside", { title: row.title })}</span>
      </button>
    </li>
  );
}
