import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { asProblem } from "../../api/client";
import { methodsQuery } from "../../api/queries";
import { PanelFrame } from "../../panels/PanelFrame";
import { removePanel } from "../../panels/edits";
import { usePanelStops } from "../../panels/panelStops";
import { WorkbenchPanel } from "../../panels/WorkbenchPanel";
import { useWorkspace, type Panel } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { AskNext } from "./AskNext";
import { focusSearch } from "./focus";

/** The open analyses, in order. */
export function Panels() {
  const panels = useWorkspace((workspace) => workspace.panels);
  const ready = useWorkspace(({ model }) => model !== "");
  const { data, error, refetch } = useQuery(methodsQuery);
  const host = useRef<HTMLDivElement>(null);
  usePanelStops(host);
  const methods = data?.methods ?? [];
  return (
    <div ref={host} className="panels">
      <h2 className="sr-only">{t("app.tabs.panels")}</h2>
      <p id={STOP_HINT} className="sr-only">
        {t("app.panel.stop")}
      </p>
      {error && !data && (
        <Notice
          tone="fail"
          title={asProblem(error).body.message}
          actions={<Button onClick={() => void refetch()}>{t("app.failure.retry")}</Button>}
        />
      )}
      {data &&
        panels.map((panel) => {
          const method = methods.find(({ id }) => id === panel.method);
          return method ? (
            <WorkbenchPanel key={panel.uid} panel={panel} method={method} describedBy={STOP_HINT} />
          ) : (
            <UnknownMethod key={panel.uid} panel={panel} />
          );
        })}
      {data && ready && panels.length === 0 && (
        <div className="panels-foot">
          <Notice
            title={t("app.panels.empty")}
            actions={
              <Button variant="primary" icon="add" onClick={focusSearch}>
                {t("app.panels.add")}
              </Button>
            }
          >
            {t("app.panels.emptyNote")}
          </Notice>
        </div>
      )}
      {data && panels.length > 0 && <AskNext methods={methods} />}
    </div>
  );
}

const STOP_HINT = "panel-stop-hint";

/** A link may name a method that this server does not have. */
function UnknownMethod({ panel }: { panel: Panel }) {
  return (
    <PanelFrame id={panel.uid} title={panel.title ?? panel.method} tabIndex={0} aria-describedby={STOP_HINT}>
      <Notice
        title={t("app.panels.unknown", { method: panel.method })}
        actions={<Button onClick={() => removePanel(panel, panel.method)}>{t("app.panel.remove")}</Button>}
      >
        {t("app.panels.unknownNote")}
      </Notice>
    </PanelFrame>
  );
}
