import { lazy, Suspense, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { Method } from "../api/types";
import { InlineParams } from "../forms/InlineParams";
import { fieldsOf, tokenizersField } from "../forms/schema";
import { show } from "../state/actions";
import { useLayout } from "../state/layout";
import { useBreadth } from "../state/media";
import { applyRemedy, runPanel } from "../state/runner";
import { selection } from "../state/selection";
import { isStrata } from "../state/strata";
import { useTheme } from "../state/theme";
import { useWorkspace, type Panel } from "../state/workspace";
import { Side as SideMark } from "../ui/Chip";
import { useNeed } from "./need";
import { CheckBadges } from "./CheckBadges";
import { duplicatePanel, followAgain, keepBeside, movePanel, placePanel, removePanel } from "./edits";
import type { Shown } from "./exports";
import { Kept } from "./Kept";
import { openAnalysis } from "./open";
import { PanelActions } from "./PanelActions";
import { PanelBody } from "./PanelBody";
import { PanelFooter } from "./PanelFooter";
import { PanelFrame } from "./PanelFrame";
import { usePanelRuns, type PanelRuns } from "./panelRuns";
import { PanelTitle } from "./PanelTitle";
import { ResizeEdge } from "./ResizeEdge";
import { widthOf } from "./width";

const Blocked = lazy(() => import("./Blocked"));
const PanelCode = lazy(() => import("./PanelCode"));

/** What a file of the panel is made of. */
function useShown(panel: Panel, title: string, runs: PanelRuns, host: RefObject<HTMLElement | null>) {
  const theme = useTheme();
  const firstToken = useWorkspace((workspace) => workspace.firstToken);
  const { document, limits, side } = runs;
  if (!document) return null;
  return (): Shown => {
    const { pin, also, range } = selection.get();
    return {
      ...{ document, title, limits, firstToken, theme },
      difference: side === "difference",
      quantity: panel.quantity,
      selection: { pin, also, range },
      figure: host.current?.querySelector<HTMLElement>(".panel-figure") ?? null,
    };
  };
}

/** Characters of parameters that stand in the line of a panel, beside the figure's own controls. */
const ROOM = { half: 34, full: 54 } as const;

interface WorkbenchPanelProps {
  panel: Panel;
  method: Method;
  /** The element that says how the panel is entered. */
  describedBy: string;
}

/** One analysis in the workbench, with everything that can be done to it. */
export function WorkbenchPanel({ panel, method, describedBy }: WorkbenchPanelProps) {
  const { uid, params, kept } = panel;
  const { setParams, setWidth, setQuantity, renamePanel } = useWorkspace.getState();
  const { setFullScreen, setCodeFor, setActive } = useLayout.getState();
  const fullScreen = useLayout((layout) => layout.fullScreen);
  const coding = useLayout((layout) => layout.codeFor === uid);
  const [coded, setCoded] = useState(false);
  const model = useWorkspace((workspace) => workspace.model);
  const firstToken = useWorkspace((workspace) => workspace.firstToken);
  const narrow = useBreadth() === "narrow";
  const need = useNeed(panel, method);
  const runs = usePanelRuns(panel, method);
  const [asTable, setAsTable] = useState(false);
  const [naming, setNaming] = useState(false);
  const host = useRef<HTMLElement>(null);

  // Once opened the dialog stays, so that closing it brings the focus back to where it was.
  if (coding && !coded) setCoded(true);

  const title = panel.title ?? method.title;
  const shown = useShown(panel, title, runs, host);
  const { side, parts, partial, cached } = runs;
  const document = need ? null : runs.document;
  const difference = side === "difference";
  const width = widthOf(panel, method.kind);
  const isFull = fullScreen === uid && !isStrata(method);
  const result = difference ? null : document;
  const badges = document && !partial && document.checks.length > 0 && <CheckBadges checks={document.checks} />;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    movePanel(uid, event.key === "ArrowUp" ? -1 : 1);
    show(uid);
  };
  const onKeep = kept ? () => followAgain(uid) : result && !partial ? () => keepBeside(uid, result.key) : null;

  return (
    <PanelFrame
      ref={host}
      id={uid}
      tabIndex={0}
      aria-describedby={describedBy}
      title={
        <PanelTitle
          title={title}
          editing={naming}
          onEdit={() => setNaming(true)}
          onRename={(next) => {
            setNaming(false);
            if (next !== null) renamePanel(uid, next === method.title ? "" : next);
            show(uid);
          }}
          onPlace={(place) => placePanel(uid, place)}
        />
      }
      mark={side && (difference ? <BothSides /> : <SideMark side={side === "a" ? "A" : "B"} />)}
      purpose={method.purpose}
      width={width}
      fullScreen={isFull}
      className={kept ? "kept" : undefined}
      inert={fullScreen !== null && !isFull}
      onKeyDown={onKeyDown}
      onFocus={() => setActive(uid)}
      onPointerDown={() => setActive(uid)}
      badges={!narrow && badges}
      actions={
        <PanelActions
          shown={document ? shown : null}
          difference={difference}
          width={width}
          asTable={asTable}
          fullScreen={isFull}
          kept={kept !== undefined}
          narrow={narrow}
          onCode={() => setCodeFor(uid)}
          onTable={() => setAsTable(!asTable)}
          onFullScreen={() => setFullScreen(isFull ? null : uid)}
          onWidth={() => setWidth(uid, width === "full" ? "half" : "full")}
          onRename={() => setNaming(true)}
          onDuplicate={() => duplicatePanel(uid)}
          onKeep={onKeep}
          onMove={(by) => movePanel(uid, by)}
          onRemove={() => removePanel(panel, title)}
        />
      }
      params={
        <InlineParams
          fields={[...fieldsOf(method.params), ...tokenizersField(method, model)]}
          params={params}
          problems={parts.flatMap(({ run }) => run?.problem?.body.fields ?? [])}
          disabled={kept !== undefined}
          room={narrow ? 0 : ROOM[width]}
          onChange={(next) => setParams(uid, next)}
        />
      }
      footer={
        <>
          <PanelFooter
            method={method}
            document={document}
            cached={cached}
            selection={runs.selection}
            quantity={panel.quantity}
            badges={narrow && badges}
          />
          {!narrow && !isFull && <ResizeEdge width={width} onWidth={(next) => setWidth(uid, next)} />}
        </>
      }
    >
      <PanelBody
        title={title}
        method={method}
        runs={runs}
        blocked={
          need && (
            <Suspense>
              <Blocked {...need} panel={panel} onParams={(next) => setParams(uid, next)} />
            </Suspense>
          )
        }
        kept={kept && document && <Kept document={document} onFollow={() => followAgain(uid)} />}
        figure={{
          asTable,
          quantity: panel.quantity,
          onQuantity: (name) => setQuantity(uid, name),
          firstToken,
          compact: narrow,
          onOpen: openAnalysis,
        }}
        onRun={() => runPanel(uid)}
        onRemedy={(changes) => void applyRemedy(uid, changes)}
      />
      {coded && (
        <Suspense fallback={null}>
          <PanelCode open={coding} title={title} method={method.id} runs={runs} quantity={panel.quantity} />
        </Suspense>
      )}
    </PanelFrame>
  );
}

/** The letters of a difference. */
function BothSides() {
  return (
    <span className="panel-sides">
      <SideMark side="A" />
      <span aria-hidden="true">−</span>
      <SideMark side="B" />
    </span>
  );
}
