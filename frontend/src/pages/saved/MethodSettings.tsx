import type { SavedAnalysis } from "../../api/types";
import { headOf, savedPanels } from "../../state/saved";
import { t } from "../../ui/i18n";
import { seconds } from "../../ui/numbers";
import { useEntry } from "./outline";
import { paramsOf } from "./SavedParams";

const ID = "settings";

/** At the end of the page what every report must say: with which methods and settings, after whom. Also on paper. */
export function MethodSettings({ analysis }: { analysis: SavedAnalysis }) {
  const title = t("app.saved.settings");
  useEntry(ID, title);
  const panels = savedPanels(analysis);
  const papers = new Map(panels.flatMap((panel) => panel.papers).map((paper) => [paper.title, paper]));
  return (
    <section className="saved-methods" aria-labelledby={ID}>
      <h2 id={ID} tabIndex={-1}>
        {title}
      </h2>
      {/* A scrolling region must be reachable by keyboard. */}
      <div className="saved-methods-table" role="region" aria-label={title} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("app.saved.columnPanel")}</th>
              <th scope="col">{t("app.saved.columnMethod")}</th>
              <th scope="col">{t("app.saved.columnChanged")}</th>
              <th scope="col" className="number">
                {t("app.saved.columnTime")}
              </th>
            </tr>
          </thead>
          <tbody>
            {panels.map((panel, index) => {
              const head = panel.result && headOf(panel.result);
              const changed = head ? paramsOf(panel, head).filter((param) => param.changed) : [];
              const took = head?.provenance.seconds;
              return (
                <tr key={index}>
                  <td>
                    <bdi>{panel.title}</bdi>
                  </td>
                  <td>{panel.method}</td>
                  <td>{changed.map(({ label, value }) => `${label} ${value}`).join(", ") || t("app.saved.asUsual")}</td>
                  <td className="number">{typeof took === "number" ? seconds(took) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {papers.size > 0 && (
        <ul className="saved-papers" aria-label={t("app.panel.papers")}>
          {[...papers.values()].map((paper) => (
            <li key={paper.title}>{t("app.panel.paper", { title: paper.title, year: String(paper.year) })}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
