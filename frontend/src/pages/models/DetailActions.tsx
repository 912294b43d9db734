import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, asProblem } from "../../api/client";
import { beginLoading, MODEL_BUSY, unloadModel } from "../../api/models";
import type { Model } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { Menu, MenuItem } from "../../ui/Menu";
import { Ribbon } from "../../ui/Notice";
import { toast } from "../../ui/Toast";
import { ModelGroups } from "../frame/ModelGroups";
import { isLoaded, modelName } from "../frame/modelState";
import { isUsable } from "./ability";
import { openWorkbench } from "./openWorkbench";

/** What can be done with a model: load or unload, compare, open. */
export function DetailActions({ model, models }: { model: Model; models: Model[] }) {
  const client = useQueryClient();
  const load = useMutation({ mutationFn: () => beginLoading({ id: model.id }, client) });
  const unload = useMutation({
    mutationFn: (force: boolean) => unloadModel(model.id, force, client),
    onSuccess: () =>
      toast({
        text: t("app.models.unloaded", { model: modelName(model) }),
        action: { label: t("app.undo"), run: () => void beginLoading({ id: model.id }, client).catch(tell) },
      }),
  });
  const busy = unload.error instanceof ApiProblem && unload.error.body.code === MODEL_BUSY ? unload.error.body : null;
  const problem = load.error ?? (busy ? null : unload.error);
  return (
    <>
      {model.state === "ready" && (
        <Button disabled={unload.isPending} onClick={() => unload.mutate(false)}>
          {t("app.models.unload")}
        </Button>
      )}
      {!isLoaded(model) && (
        <Button disabled={load.isPending} onClick={() => load.mutate()}>
          {t(model.state === "failed" ? "app.failure.retry" : "app.models.loadButton")}
        </Button>
      )}
      {isUsable(model) && (
        <CompareMenu model={model} others={models.filter((other) => other !== model && isUsable(other))} />
      )}
      {isUsable(model) && (
        <Button variant="primary" onClick={() => void openWorkbench(model.id, null)}>
          {t("app.models.open")}
        </Button>
      )}
      {problem && <Ribbon tone="fail">{asProblem(problem).body.message}</Ribbon>}
      <Dialog
        open={busy !== null}
        onClose={unload.reset}
        title={t("app.models.unloadBusy", { model: modelName(model) })}
        footer={
          <>
            <Button onClick={unload.reset}>{t("app.models.keep")}</Button>
            <Button variant="danger" disabled={unload.isPending} onClick={() => unload.mutate(true)}>
              {t("app.models.unloadAnyway")}
            </Button>
          </>
        }
      >
        <p>{busy?.message}</p>
      </Dialog>
    </>
  );
}

const tell = (error: unknown) => void toast({ text: asProblem(error).body.message, tone: "fail" });

/** Another model, to be looked at beside this one. */
function CompareMenu({ model, others }: { model: Model; others: Model[] }) {
  if (others.length === 0) return null;
  return (
    <Menu trigger={<Button>{t("app.models.compare")}</Button>}>
      <ModelGroups
        models={others}
        item={(other, detail) => (
          <MenuItem detail={detail} onSelect={() => void openWorkbench(model.id, other.id)}>
            {modelName(other)}
          </MenuItem>
        )}
      />
    </Menu>
  );
}
