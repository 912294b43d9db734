/** Patching as it happens: a source is marked, or dragged; a target is chosen; the result opens in place of the grid. */
import { useMemo, useState, type RefObject } from "react";
import { methodsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import type { CellDrag } from "../../charts/grid";
import type { Mark } from "../../charts/layout";
import { patchPainter, type Carried } from "../../charts/patch";
import type { GridData } from "../../charts/paint";
import type { GridHandle } from "../../kinds/parts/CanvasGrid";
import { pinnedIn, type Places } from "../../kinds/parts/gridModel";
import type { ResultDocument } from "../../kinds/types";
import type { PanelRuns } from "../../panels/panelRuns";
import { useLayout } from "../../state/layout";
import type { RunSide } from "../../state/request";
import { addAndRun } from "../../state/runner";
import { selection } from "../../state/selection";
import { isStrata, PATCHED } from "../../state/strata";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { cellOf, isSame, markOf, nameOf, paramsOf, patchedOf, pinOf, refusalOf, type PatchCell } from "./patch";

/** From which panel a patched run was made, while the page is open. */
const origins = new Map<string, string>();

/** The panel that a patched run goes back to: where it came from, or else the first lens. */
export function originOf(uid: string): string | null {
  const { panels } = useWorkspace.getState();
  const methods = queryClient.getQueryData(methodsQuery.queryKey)?.methods ?? [];
  const lenses = methods.filter((method) => method.id !== PATCHED && isStrata(method)).map(({ id }) => id);
  const there = panels.find((panel) => panel.uid === origins.get(uid));
  return (there ?? panels.find(({ method }) => lenses.includes(method)))?.uid ?? null;
}

/** Show Strata of the panel that a patched run came from. Returns whether there is one. */
export function goBack(uid: string): boolean {
  const origin = originOf(uid);
  if (origin === null) return false;
  useLayout.getState().setFullScreen(origin);
  return true;
}

function patchInto(uid: string, source: PatchCell, target: PatchCell): void {
  const made = addAndRun(PATCHED, paramsOf(source, target));
  origins.set(made, uid);
  selection.setPin({ ...selection.get().pin, ...pinOf(target) });
  useLayout.getState().setFullScreen(made);
  const sides = useWorkspace.getState().second !== null;
  announce(t("strata.patch.made", { source: nameOf(source, sides), target: nameOf(target, sides) }));
}

/** What is dragged, kept outside React: a moving pointer renders nothing. */
function createHand() {
  let carried: Carried | null = null;
  return {
    held: () => carried,
    hold(next: Carried) {
      carried = next;
    },
    letGo() {
      const before = carried;
      carried = null;
      return before;
    },
  };
}

interface Patching {
  uid: string;
  document: ResultDocument;
  places: Places;
  runs: PanelRuns;
  /** The source that was marked; it outlives a change of sides. */
  source: PatchCell | null;
  setSource: (source: PatchCell | null) => void;
  grid: RefObject<GridHandle | null>;
}

export function usePatching({ uid, document, places, runs, source, setSource, grid }: Patching) {
  const [hand] = useState(createHand);
  const side: RunSide = runs.side === "b" ? "b" : "a";
  const found = useMemo(() => patchedOf(document), [document]);
  const sides = useWorkspace(({ second }) => second !== null);

  const at = (mark: Mark | null) => cellOf(document, places, side, mark);
  const pinned = () => {
    const { pin } = runs.selection.get();
    return pin && pinnedIn(places, pin);
  };

  /** The pinned cell becomes the source, or says why it cannot be. */
  function mark(): void {
    const refusal = refusalOf(document, runs.side === "difference");
    const spot = pinned();
    const cell = at(spot);
    if (refusal) announce(refusal);
    else if (!spot) announce(t("strata.patch.choose"));
    else if (!cell) announce(t("strata.patch.output"));
    else {
      setSource(cell);
      announce(t("strata.patch.source", { cell: nameOf(cell, sides) }));
    }
  }

  function put(from: PatchCell, to: Mark | null): void {
    const refusal = refusalOf(document, runs.side === "difference");
    const target = at(to);
    if (refusal) announce(refusal);
    else if (!target) announce(t(to ? "strata.patch.output" : "strata.patch.choose"));
    else if (isSame(from, target)) announce(t("strata.patch.same"));
    else {
      setSource(null);
      patchInto(uid, from, target);
    }
  }

  function cancel(): void {
    setSource(null);
    announce(t("strata.patch.cancelled"));
  }

  /** What a drag that begins on the pinned cell carries; elsewhere it moves the cells. */
  function drag(from: Mark): CellDrag | null {
    const spot = pinned();
    if (spot?.row !== from.row || spot?.column !== from.column) return null;
    const cell = at(from);
    if (!cell || refusalOf(document, runs.side === "difference")) return null;
    let begun = false;
    return {
      move(to, point) {
        // Once it is let go of with Esc it stays so.
        if (begun && !hand.held()) return;
        begun = true;
        const target = at(to);
        hand.hold({ from, to, at: point, allowed: target !== null && !isSame(cell, target) });
      },
      drop() {
        const to = hand.letGo()?.to;
        if (to) put(cell, to);
      },
      cancel: () => void hand.letGo(),
    };
  }

  /** Esc and Enter, while they mean something to patching. Returns whether they did. */
  function claims(key: string, inGrid: boolean): boolean {
    if (key === "Escape") {
      if (hand.letGo()) {
        grid.current?.redraw();
        return true;
      }
      if (!source) return found !== null && goBack(uid);
      cancel();
      return true;
    }
    if (key !== "Enter" || !inGrid || !source) return false;
    put(source, pinned());
    return true;
  }

  const over = useMemo(() => {
    const marked = source && source.side === side ? markOf(places, source) : null;
    const target = found && markOf(places, found.patched);
    const taken = found && found.source.side === found.patched.side ? markOf(places, found.source) : null;
    const from = marked ?? taken;
    return patchPainter({
      source: from && { mark: from, tag: t("strata.patch.from") },
      target: target && { mark: target, tag: t("strata.patch.into") },
      carried: hand.held,
    });
  }, [source, side, found, places, hand]);

  return { found, sides, mark, cancel, claims, drag, over };
}

/** The grid with what patching draws above it. */
export const useOver = (data: GridData, over: GridData["over"]): GridData =>
  useMemo(() => ({ ...data, over }), [data, over]);
