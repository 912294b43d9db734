/** Which runs a panel shows: its own, or in a comparison that of one side or what differs between both. */
import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Method, MethodRequest } from "../api/types";
import type { ResultDocument, SelectionStore } from "../kinds/types";
import { samePrompt } from "../state/prompt";
import { requestOf, sidesOf, staleReason, type RunSide, type StaleReason } from "../state/request";
import { secondOf, useRuns, type PanelRun } from "../state/runs";
import { selection } from "../state/selection";
import { useWorkspace, type Panel, type Side, type Workspace } from "../state/workspace";
import { sharedLimits, type Limits } from "./limits";
import { useDifference, useSideSelection } from "./compared";

export interface Part {
  side: RunSide;
  run: PanelRun | undefined;
  /** What it asks now. */
  asked: MethodRequest;
  stale: StaleReason | null;
}

export interface PanelRuns {
  /** What is compared here; null for a panel that stands for itself. */
  side: Side | null;
  /** The runs that what is drawn is made of. */
  parts: Part[];
  document: ResultDocument | null;
  cached: boolean;
  partial: boolean;
  /** Why there is no difference to draw. */
  reason: string | null;
  /** The page's selection, as this figure's positions mean it. */
  selection: SelectionStore;
  /** Limits of colour scales that this figure shares with those it is compared with. */
  limits: Limits | undefined;
}

const finished = (run: PanelRun | undefined): ResultDocument | null =>
  run?.shown && !run.shown.partial && !run.problem ? run.shown.document : null;

/** Documents whose colours must mean the same: the two sides of a panel, and a kept result beside what is asked now. */
function useCompared(panel: Panel, bothSides: boolean): Limits | undefined {
  const panels = useWorkspace((workspace) => workspace.panels);
  const beside = panels.filter(
    ({ uid, method, kept }) => uid === panel.uid || (method === panel.method && (kept || panel.kept)),
  );
  const documents = useRuns(
    useShallow(({ runs }) =>
      beside
        .flatMap(({ uid }) => [finished(runs[uid]), bothSides ? finished(runs[secondOf(uid)]) : null])
        .filter((found) => found !== null),
    ),
  );
  return useMemo(() => sharedLimits(documents), [documents]);
}

/** What the panels are about. Typing a prompt changes nothing of it. */
function useScene(): Parameters<typeof requestOf>[0] {
  const { other, beside, ...scene } = useWorkspace(
    useShallow(({ model, prompt, question, second }) => ({
      ...{ model, prompt, question },
      other: second?.model,
      beside: second?.prompt,
    })),
  );
  const second = other === undefined || beside === undefined ? null : { model: other, prompt: beside, draft: beside };
  return { ...scene, second };
}

const isEdited = ({ draft, prompt, second }: Workspace): boolean =>
  !samePrompt(draft, prompt) || (second !== null && !samePrompt(second.draft, second.prompt));

function usePart(panel: Panel, method: Method, side: RunSide): Part {
  const scene = useScene();
  const edited = useWorkspace(isEdited);
  const run = useRuns(({ runs }) => runs[side === "a" ? panel.uid : secondOf(panel.uid)]);
  const asked = panel.kept && run ? run.request : requestOf(scene, panel, method, side);
  const stale = run?.shown && !panel.kept ? staleReason(run.shown.request, asked, edited, method.params) : null;
  return { side, run, asked, stale };
}

export function usePanelRuns(panel: Panel, method: Method): PanelRuns {
  const compared = useWorkspace((workspace) => !panel.kept && sidesOf(method, workspace).length > 1);
  const chosen = useWorkspace((workspace) => workspace.side);
  const align = useWorkspace((workspace) => workspace.align);
  const [a, b] = [usePart(panel, method, "a"), usePart(panel, method, "b")];
  const [ofA, ofB] = [finished(a.run), finished(b.run)];
  const locked = useCompared(panel, compared);
  const side = compared ? chosen : null;
  const apart = side === "difference";
  const difference = useDifference(apart ? ofA : null, apart ? ofB : null, align, true);
  const besideA = useSideSelection(side === "b" ? ofA : null, ofB, align);
  if (apart) {
    const { document, reason } = difference ?? { document: null, reason: null };
    const none = { cached: false, partial: false, limits: undefined };
    return { side, parts: [a, b], document, reason, selection, ...none };
  }
  const part = side === "b" ? b : a;
  const shown = part.run?.problem ? null : (part.run?.shown ?? null);
  return {
    side,
    parts: [part],
    document: shown?.document ?? null,
    reason: null,
    cached: shown?.cached ?? false,
    partial: shown?.partial ?? false,
    selection: side === "b" ? besideA : selection,
    limits: locked,
  };
}
