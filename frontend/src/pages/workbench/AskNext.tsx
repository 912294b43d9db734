import type { Method } from "../../api/types";
import { lacking, useModel } from "../../state/catalogue";
import { addAndRun } from "../../state/runner";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { focusSearch } from "./focus";

const MOST = 3;

/** What the open methods say is worth asking next, and the way to everything else. */
export function AskNext({ methods }: { methods: Method[] }) {
  const panels = useWorkspace((workspace) => workspace.panels);
  const model = useModel();
  const open = new Set(panels.map(({ method }) => method));
  const named = methods.filter(({ id }) => open.has(id)).flatMap(({ next }) => next);
  const suggested = [...new Set(named)]
    .map((id) => methods.find((method) => method.id === id))
    .filter((method) => method !== undefined && !open.has(method.id) && lacking(method, model).length === 0)
    .slice(0, MOST) as Method[];
  return (
    <div className="panels-foot">
      {suggested.length > 0 && <span className="sm ink-3">{t("app.next.label")}</span>}
      {suggested.map((method) => (
        <Button key={method.id} title={method.purpose} onClick={() => addAndRun(method.id)}>
          {method.title}
        </Button>
      ))}
      <span className="grow" />
      <Button variant="quiet" icon="add" onClick={focusSearch}>
        {t("app.panels.add")}
      </Button>
    </div>
  );
}
