import { useState, type KeyboardEvent } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Method } from "../api/types";
import { fieldsOf } from "../forms/schema";
import { InlineParams } from "../forms/InlineParams";
import { useLayout } from "../state/layout";
import { requestOf, staleReason } from "../state/request";
import { applyRemedy, runPanel } from "../state/runner";
import { useRuns } from "../state/runs";
import { useWorkspace, type Panel } from "../state/workspace";
import { CheckBadge } from "../ui/Badge";
import { CodeDialog } from "./CodeDialog";
import { duplicatePanel, removePanel } from "./edits";
import { PanelActions } from "./PanelActions";
import { PanelBody } from "./PanelBody";
import { PanelFooter } from "./PanelFooter";
import { PanelFrame } from "./PanelFrame";
import { widthOf } from "./width";

/** One analysis in the workbench, with everything that can be done to it. */
export function WorkbenchPanel({ panel, method }: { panel: Panel; method: Method }) {
  const { uid, params } = panel;
  const { setParams, setWidth, setQuantity, movePanel } = useWorkspace.getState();
  const scene = useWorkspace(useShallow(({ model, prompt, question }) => ({ model, prompt, question })));
  const edited = useWorkspace(({ draft, prompt }) => draft !== prompt);
  const run = useRuns((state) => state.runs[uid]);
  const { setFullScreen, setCodeFor, setActive } = useLayout.getState();
  const fullScreen = useLayout((layout) => layout.fullScreen);
  const coding = useLayout((layout) => layout.codeFor === uid);
  const [asTable, setAsTable] = useState(false);

  const asked = requestOf(scene, panel, method);
  const shown = run?.problem ? null : (run?.shown ?? null);
  const document = shown?.document ?? null;
  const width = widthOf(panel, method.kind);
  const isFull = fullScreen === uid;
  const checks = shown && !shown.partial ? shown.document.checks : [];
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    movePanel(uid, event.key === "ArrowUp" ? -1 : 1);
  };

  return (
    <PanelFrame
      id={uid}
      title={method.title}
      purpose={method.purpose}
      width={width}
      fullScreen={isFull}
      inert={fullScreen !== null && !isFull}
      onKeyDown={onKeyDown}
      onFocus={() => setActive(uid)}
      onPointerDown={() => setActive(uid)}
      badges={checks.map((check) => (
        <CheckBadge key={check.name} check={check} />
      ))}
      actions={
        <PanelActions
          document={document}
          width={width}
          asTable={asTable}
          fullScreen={isFull}
          onCode={() => setCodeFor(uid)}
          onTable={() => setAsTable(!asTable)}
          onFullScreen={() => setFullScreen(isFull ? null : uid)}
          onWidth={() => setWidth(uid, width === "full" ? "half" : "full")}
          onDuplicate={() => duplicatePanel(uid)}
          onMove={(by) => movePanel(uid, by)}
          onRemove={() => removePanel(panel, method.title)}
        />
      }
      params={
        <InlineParams
          fields={fieldsOf(method.params)}
          params={params}
          problems={run?.problem?.body.fields}
          onChange={(next) => setParams(uid, next)}
        />
      }
      footer={<PanelFooter method={method} document={document} cached={shown?.cached ?? false} />}
    >
      <PanelBody
        title={method.title}
        method={method.id}
        run={run}
        stale={shown && staleReason(shown.request, asked, edited)}
        figure={{ asTable, quantity: panel.quantity, onQuantity: (name) => setQuantity(uid, name) }}
        onRun={() => runPanel(uid)}
        onRemedy={(changes) => void applyRemedy(uid, changes)}
      />
      <CodeDialog
        open={coding}
        onClose={() => setCodeFor(null)}
        title={method.title}
        method={method.id}
        request={asked}
      />
    </PanelFrame>
  );
}
