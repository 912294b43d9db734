import { API } from "../../api/client";
import type { SavedAnalysis } from "../../api/types";
import { copyText } from "../../panels/copy";
import { save } from "../../panels/exports";
import { absolute } from "../../state/url";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";

/** What the analysis is about, and what can be taken from it. */
export function Side({ analysis, prompt }: { analysis: SavedAnalysis; prompt: string | null }) {
  const year = String(new Date(analysis.created).getFullYear());
  const citation = t("app.saved.citation", { title: analysis.title, year, address: absolute(`/a/${analysis.id}`) });
  return (
    <aside className="saved-side" aria-label={t("app.saved.side")}>
      {prompt && (
        <section>
          <h2>{t("app.saved.prompt")}</h2>
          <p className="mono sm saved-prompt">{prompt}</p>
        </section>
      )}
      <section>
        <h2>{t("app.saved.use")}</h2>
        <ul>
          <li>
            <button type="button" className="link row" onClick={() => void copyText(citation)}>
              <Icon name="link" size={14} />
              {t("app.saved.cite")}
            </button>
          </li>
          <li>
            <button
              type="button"
              className="link row"
              onClick={() =>
                save({ address: `${API}/analyses/${analysis.id}`, name: `stratascope-${analysis.id}.json` })
              }
            >
              <Icon name="download" size={14} />
              {t("app.saved.all")}
            </button>
          </li>
        </ul>
      </section>
    </aside>
  );
}
