import { useMutation, useQueryClient } from "@tanstack/react-query";
import { beginLoading } from "../../api/models";
import type { Method, Model } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { Link } from "../frame/Link";
import { modelName } from "../frame/modelState";
import { standing } from "./ability";
import { focusSource } from "./SourceField";

interface MethodDialogProps {
  asked: { method: Method; model: Model } | null;
  models: Model[];
  onClose: () => void;
  onChoose: (id: string) => void;
}

/** Why a method does not work on a model, and what would help. */
export function MethodDialog({ asked, models, onClose, onChoose }: MethodDialogProps) {
  return (
    <Dialog
      open={asked !== null}
      onClose={onClose}
      title={asked && t("app.matrix.asked", { method: asked.method.title, model: modelName(asked.model) })}
      footer={asked && <Remedies {...asked} models={models} onClose={onClose} onChoose={onChoose} />}
    >
      {asked && (
        <div className="column">
          <p className="ink-2">{asked.method.purpose}</p>
          {standing(asked.method, asked.model, models.length).reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
        </div>
      )}
    </Dialog>
  );
}

function Remedies({
  method,
  model,
  models,
  onClose,
  onChoose,
}: Omit<MethodDialogProps, "asked"> & { method: Method; model: Model }) {
  const client = useQueryClient();
  const load = useMutation({ mutationFn: () => beginLoading({ id: model.id }, client), onSuccess: onClose });
  const { ability, remedy } = standing(method, model, models.length);
  const instead = models.find((other) => standing(method, other, models.length).ability === "works");
  return (
    <>
      <Link className="btn" href={`/docs/${method.id}`}>
        {t("app.matrix.about")}
      </Link>
      {remedy === "this" && model.state !== "loading" && (
        <Button variant="primary" disabled={load.isPending} onClick={() => load.mutate()}>
          {t("app.models.loadNamed", { model: modelName(model) })}
        </Button>
      )}
      {ability === "cannot" && instead && (
        <Button variant="primary" onClick={() => onChoose(instead.id)}>
          {t("app.matrix.instead", { model: modelName(instead) })}
        </Button>
      )}
      {remedy === "another" && (
        <Button
          variant="primary"
          onClick={() => {
            onClose();
            focusSource();
          }}
        >
          {t("app.model.load")}
        </Button>
      )}
    </>
  );
}
