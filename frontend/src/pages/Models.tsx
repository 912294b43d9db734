import "./models/messages";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../api/client";
import { memoryQuery, modelsQuery } from "../api/models";
import type { Model } from "../api/types";
import { useMethods } from "../state/catalogue";
import { breadth } from "../state/media";
import { useWorkspace } from "../state/workspace";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { Chips } from "./frame/Chips";
import { isLoaded, presumed } from "./frame/modelState";
import { ServerGone } from "./frame/ServerGone";
import { TopBar } from "./frame/TopBar";
import { CapabilityMatrix } from "./models/CapabilityMatrix";
import { LoadForm } from "./models/LoadForm";
import { MemoryBar } from "./models/MemoryBar";
import { DETAIL_TITLE, ModelDetail, ModelFacts } from "./models/ModelDetail";
import { ModelRow } from "./models/ModelRow";
import { byLastUse } from "./models/order";
import { useLoadedNews } from "./models/useLoadedNews";
import "./models/Models.css";

const NONE: Model[] = [];

/** Load, check and unload models; what works on which. */
export default function Models() {
  const { data, error, refetch } = useQuery(modelsQuery);
  const { data: memory } = useQuery(memoryQuery);
  const methods = useMethods();
  const current = useWorkspace((workspace) => workspace.model);
  const [chosen, setChosen] = useState<string | null>(null);
  const models = byLastUse(data ?? [], memory);
  useLoadedNews(data ?? NONE);
  const model = models.find(({ id }) => id === (chosen ?? current)) ?? presumed(models);
  // What was shown first stays, whatever becomes of it.
  if (chosen === null && model) setChosen(model.id);
  const isAside = (entry: Model) => entry.checkpoint_of !== null && !isLoaded(entry) && entry !== model;
  const [shown, moments] = [models.filter((entry) => !isAside(entry)), models.filter(isAside)];
  const choose = (id: string) => {
    setChosen(id);
    // Where the details are not beside the list, go to them.
    if (breadth() === "narrow" || breadth() === "medium") requestAnimationFrame(focusDetail);
  };
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title: t("app.nav.models") })}</title>
      <TopBar title={t("app.nav.models")}>
        <Chips />
      </TopBar>
      <ServerGone />
      <div className="models">
        <aside className="models-list" aria-label={t("app.models.list")}>
          <LoadForm models={models} onLoading={setChosen} />
          <div className="row models-heading">
            <h2 className="grow">{t("app.models.count", { count: models.length })}</h2>
            {models.length > 1 && <span>{t("app.models.sorted")}</span>}
          </div>
          {error && (
            <Notice
              tone="fail"
              title={asProblem(error).body.message}
              actions={<Button onClick={() => void refetch()}>{t("app.failure.retry")}</Button>}
            />
          )}
          {data?.length === 0 && <p className="sm ink-3">{t("app.models.none")}</p>}
          <Rows models={shown} chosen={model?.id} onChoose={choose} />
          {moments.length > 0 && (
            <details className="model-moments">
              <summary>{t("app.models.checkpoints", { count: moments.length })}</summary>
              <Rows models={moments} chosen={model?.id} onChoose={choose} />
            </details>
          )}
          {memory && <MemoryBar memory={memory} models={models} chosen={model?.id} />}
        </aside>
        <main id="main" tabIndex={-1} className="models-main">
          {model && <ModelDetail key={model.id} model={model} models={models} methods={methods} />}
          {models.length > 0 && methods.length > 0 && (
            <CapabilityMatrix models={models} methods={methods} chosen={model?.id} onChoose={choose} />
          )}
          {model && model.layers > 0 && <ModelFacts model={model} />}
        </main>
      </div>
    </div>
  );
}

function focusDetail(): void {
  const title = document.getElementById(DETAIL_TITLE);
  title?.scrollIntoView();
  title?.focus({ preventScroll: true });
}

interface RowsProps {
  models: readonly Model[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

function Rows({ models, chosen, onChoose }: RowsProps) {
  return (
    <ul className="model-rows">
      {models.map((entry) => (
        <li key={entry.id}>
          <ModelRow model={entry} chosen={entry.id === chosen} onChoose={() => onChoose(entry.id)} />
        </li>
      ))}
    </ul>
  );
}
