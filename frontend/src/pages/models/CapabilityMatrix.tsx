import type { Method, Model } from "../../api/types";
import { PanelFrame } from "../../panels/PanelFrame";
import { byQuestion, lacking } from "../../state/catalogue";
import { t } from "../../ui/i18n";
import { modelName } from "../frame/modelState";

type Ability = "works" | "needs" | "unknown";

const abilityOf = (method: Method, model: Model): Ability =>
  model.capabilities === null ? "unknown" : lacking(method, model).length === 0 ? "works" : "needs";

/** Which methods work on which model: one dot each, whose shape says the same as its colour. */
export function CapabilityMatrix({
  models,
  methods,
  chosen,
}: {
  models: Model[];
  methods: Method[];
  chosen: string | undefined;
}) {
  return (
    <PanelFrame level={2} id="model-matrix" width="full" title={t("app.matrix.title")} purpose={t("app.matrix.note")}>
      {/* Many models make it wider than the page: it scrolls, so it must be reachable by keyboard. */}
      <div className="matrix" role="region" aria-label={t("app.matrix.table")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("app.matrix.question")}</th>
              {models.map((model) => (
                <th key={model.id} scope="col" className={model.id === chosen ? "chosen" : undefined}>
                  {modelName(model)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {byQuestion(methods).map(({ question, methods: members }) => (
              <tr key={question}>
                <th scope="row">{question}</th>
                {models.map((model) => (
                  <td key={model.id} className={model.id === chosen ? "chosen" : undefined}>
                    <Abilities methods={members} model={model} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="row wrap g16 matrix-legend">
        {(["works", "needs", "unknown"] as const).map((ability) => (
          <span key={ability} className="row g6">
            <Mark ability={ability} />
            {t(`app.matrix.${ability}`)}
          </span>
        ))}
        <span className="grow" />
        <span>{t("app.matrix.counts", { models: models.length, methods: methods.length })}</span>
      </p>
    </PanelFrame>
  );
}

function Abilities({ methods, model }: { methods: Method[]; model: Model }) {
  const works = methods.filter((method) => abilityOf(method, model) === "works").length;
  return (
    <span className="row g2">
      {methods.map((method) => {
        const [lack] = lacking(method, model);
        const ability = abilityOf(method, model);
        return (
          <span
            key={method.id}
            className="matrix-dot"
            title={
              lack
                ? t("app.matrix.reason", { method: method.title, reason: lack.reason || lack.capability })
                : method.title
            }
          >
            <Mark ability={ability} />
          </span>
        );
      })}
      <span className="xs ink-3 nowrap">
        {model.capabilities === null
          ? t("app.matrix.unmeasured")
          : t("app.matrix.of", { works, total: methods.length })}
      </span>
    </span>
  );
}

function Mark({ ability }: { ability: Ability }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      {ability === "works" && <circle cx="5" cy="5" r="4" fill="var(--accent)" />}
      {ability === "needs" && <circle cx="5" cy="5" r="3.4" fill="none" stroke="var(--warn)" strokeWidth="1.5" />}
      {ability === "unknown" && (
        <path d="M2 5h6" stroke="var(--line-control)" strokeWidth="1.75" strokeLinecap="round" />
      )}
    </svg>
  );
}
