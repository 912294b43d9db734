import { useMutation, useQueryClient } from "@tanstack/react-query";
import { beginLoading } from "../../api/models";
import type { Method, Model } from "../../api/types";
import { lacking } from "../../state/catalogue";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { modelName } from "../frame/modelState";
import { capabilityName, isUsable, standing } from "./ability";
import { focusSource } from "./SourceField";

interface MissingProps {
  model: Model;
  models: Model[];
  methods: Method[];
}

/** What keeps methods from running on a model: what it is not, and what could be added. */
export function Missing({ model, models, methods }: MissingProps) {
  if (model.capabilities === null) return <NotKnown model={model} />;
  const blocked = (capability: string) =>
    methods.filter((method) => lacking(method, model).some((lack) => lack.capability === capability));
  const usable = models.filter(isUsable).length;
  const waiting = methods
    .map((method) => ({ method, ...standing(method, model, usable) }))
    .filter(({ ability }) => ability === "needs");
  const lacks = Object.entries(model.missing ?? {});
  if (lacks.length + waiting.length === 0)
    return <p className="sm models-none">{t("app.models.nothingMissing", { model: modelName(model) })}</p>;
  return (
    <>
      <ul className="facts">
        {lacks.map(([capability, reason]) => (
          <li key={capability} className="missing">
            <div className="grow">
              <span>{capabilityName(capability)}</span> <span className="ink-3">{reason}</span>
              <Blocked methods={blocked(capability)} />
            </div>
            <span className="ink-3 nowrap">{t("app.models.notApply")}</span>
          </li>
        ))}
        {waiting.map(({ method, reasons, remedy }) => (
          <li key={method.id} className="missing">
            <div className="grow">
              <span>{method.title}</span> <span className="ink-3">{reasons.join(" ")}</span>
            </div>
            {remedy === "another" && (
              <Button size="s" onClick={focusSource}>
                {t("app.model.load")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className="model-foot">{t("app.models.nothingHidden")}</p>
    </>
  );
}

function Blocked({ methods }: { methods: Method[] }) {
  if (methods.length === 0) return <p className="xs ink-3">{t("app.models.blocksNone")}</p>;
  return (
    <p className="xs ink-3">
      {t("app.models.blocks", { count: methods.length, methods: methods.map(({ title }) => title).join(", ") })}
    </p>
  );
}

/** Before it is loaded nothing is known; loading is the remedy. */
function NotKnown({ model }: { model: Model }) {
  const client = useQueryClient();
  const load = useMutation({ mutationFn: () => beginLoading({ id: model.id }, client) });
  if (model.state === "loading") return <p className="sm ink-3 models-none">{t("app.models.soonKnown")}</p>;
  return (
    <div className="row wrap models-none">
      <p className="grow sm ink-3">{t(isUsable(model) ? "app.models.notKnown" : "app.models.cannotKnow")}</p>
      {isUsable(model) && (
        <Button size="s" disabled={load.isPending} onClick={() => load.mutate()}>
          {t("app.models.loadButton")}
        </Button>
      )}
    </div>
  );
}
