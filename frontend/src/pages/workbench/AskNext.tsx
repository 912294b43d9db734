import type { Method } from "../../api/types";
import { openAnalysis } from "../../panels/open";
import { lacking, useModel } from "../../state/catalogue";
import { useDocuments } from "../../state/documents";
import { lacksSecond } from "../../state/request";
import { usePin } from "../../state/selection";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { focusSearch } from "./focus";
import { foundIn, suggestions } from "./next";

const MOST = 3;

/** What the open methods say is worth asking next, and the way to everything else. */
export function AskNext({ methods }: { methods: Method[] }) {
  const panels = useWorkspace((workspace) => workspace.panels);
  const second = useWorkspace((workspace) => workspace.second);
  const model = useModel();
  const documents = useDocuments();
  const pin = usePin();
  const open = new Set(panels.map(({ method }) => method));
  const runs = (method: Method) => lacking(method, model).length === 0 && !lacksSecond(method, { second });
  const listed = suggestions(methods, open, foundIn(documents, pin), runs).slice(0, MOST);
  return (
    <div className="panels-foot">
      {listed.length > 0 && <span className="sm ink-3">{t("app.next.label")}</span>}
      {listed.map(({ method, label, pin: about }) => (
        <Button
          key={method.id}
          title={method.purpose}
          onClick={() => openAnalysis({ method: method.id, ...(about ? { pin: about } : {}) })}
        >
          {label}
        </Button>
      ))}
      <span className="grow" />
      <Button variant="quiet" icon="add" onClick={focusSearch}>
        {t("app.panels.add")}
      </Button>
    </div>
  );
}
