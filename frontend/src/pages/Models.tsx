import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../api/client";
import { modelsQuery } from "../api/queries";
import { useMethods } from "../state/catalogue";
import { useWorkspace } from "../state/workspace";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { ServerGone } from "./frame/ServerGone";
import { TopBar } from "./frame/TopBar";
import { CapabilityMatrix } from "./models/CapabilityMatrix";
import { LoadForm } from "./models/LoadForm";
import { ModelDetail } from "./models/ModelDetail";
import { ModelRow } from "./models/ModelRow";
import "./models/Models.css";

/** Load, check and unload models; what works on which. */
export default function Models() {
  const { data: models = [], error, refetch, isSuccess } = useQuery(modelsQuery);
  const methods = useMethods();
  const current = useWorkspace((workspace) => workspace.model);
  const [chosen, setChosen] = useState<string | null>(null);
  const model = models.find(({ id }) => id === (chosen ?? current)) ?? models[0];
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title: t("app.nav.models") })}</title>
      <TopBar title={t("app.nav.models")} />
      <ServerGone />
      <div className="models">
        <aside className="models-list" aria-label={t("app.models.list")}>
          <LoadForm onLoaded={setChosen} />
          <h2 className="models-heading">{t("app.models.count", { count: models.length })}</h2>
          {error && (
            <Notice
              tone="fail"
              title={asProblem(error).body.message}
              actions={<Button onClick={() => void refetch()}>{t("app.failure.retry")}</Button>}
            />
          )}
          {isSuccess && models.length === 0 && <p className="sm ink-3">{t("app.models.none")}</p>}
          <ul>
            {models.map((entry) => (
              <li key={entry.id}>
                <ModelRow model={entry} chosen={entry.id === model?.id} onChoose={() => setChosen(entry.id)} />
              </li>
            ))}
          </ul>
        </aside>
        <main id="main" tabIndex={-1} className="models-main">
          {model && <ModelDetail key={model.id} model={model} methods={methods} />}
          {models.length > 0 && methods.length > 0 && (
            <CapabilityMatrix models={models} methods={methods} chosen={model?.id} />
          )}
        </main>
      </div>
    </div>
  );
}
