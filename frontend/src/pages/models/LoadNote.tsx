import type { Inspection } from "../../api/models";
import type { Model, ProblemBody } from "../../api/types";
import { t } from "../../ui/i18n";
import { bytes, count } from "../../ui/numbers";
import { architectureName, modelName } from "../frame/modelState";

interface LoadNoteProps {
  /** Why what was typed cannot be loaded. */
  problem: ProblemBody | null;
  found: Inspection | null;
  models: Model[];
  /** What the text in the field is taken for; null while it is empty. */
  kind: "id" | "path" | "hub" | null;
  /** What is being fetched from the hub, if anything is. */
  fetching: string | null;
}

/** What stands under the field: what was found there and what it takes, or why it cannot be loaded. */
export function LoadNote({ problem, found, models, kind, fetching }: LoadNoteProps) {
  if (problem)
    return (
      <p className="load-fault">
        {problem.message} {problem.remedy && t("app.models.remedy", { remedy: problem.remedy })}
      </p>
    );
  if (fetching !== null) return <p>{t("app.models.downloading", { name: fetching })}</p>;
  if (found) return <Found found={found} models={models} />;
  return <p className="ink-3">{t(kind === null ? "app.models.hint" : `app.models.typed.${kind}`)}</p>;
}

function Found({ found, models }: { found: Inspection; models: Model[] }) {
  const { model, needed_bytes, free_bytes, limit_bytes, fits, unload } = found;
  const nameOf = (id: string) => {
    const known = models.find((candidate) => candidate.id === id);
    return known ? modelName(known) : id;
  };
  return (
    <>
      <p className="row wrap load-found">
        <span className="grow">
          {t("app.models.found", {
            architecture: architectureName(model),
            layers: model.layers,
            parameters: count(model.parameters),
          })}
        </span>
        <span className={fits ? "load-fits" : "load-tight"}>
          {t("app.models.needs", { needed: bytes(needed_bytes), free: bytes(free_bytes) })}
        </span>
      </p>
      {needed_bytes > limit_bytes && (
        <p className="load-tight">{t("app.models.tooLarge", { limit: bytes(limit_bytes) })}</p>
      )}
      {unload.length > 0 && (
        <p className="load-tight">{t("app.models.makesRoom", { models: unload.map(nameOf).join(", ") })}</p>
      )}
    </>
  );
}
