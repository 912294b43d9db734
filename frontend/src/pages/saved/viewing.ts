/** How a saved analysis is looked at: what is selected, which side, what fills the screen. Nothing of it is kept. */
import { useEffect, useMemo, useState } from "react";
import type { SavedAnalysis } from "../../api/types";
import type { Align } from "../../kinds/align";
import type { FirstToken } from "../../kinds/types";
import { encodeAddress } from "../../state/address";
import { headOf, savedAddress, savedPanels } from "../../state/saved";
import { createSelection, type WritableSelection } from "../../state/selection";
import type { Side } from "../../state/workspace";

/** How all panels of the page are drawn. */
export interface Viewing {
  selection: WritableSelection;
  /** Null where nothing is compared. */
  side: Side | null;
  setSide: (side: Side) => void;
  align: Align;
  firstToken: FirstToken;
  /** Of the model; null where no result says. */
  layers: number | null;
  /** The panel in full screen. */
  fullScreen: string | null;
  setFullScreen: (id: string | null) => void;
  /** Opens the workbench as it was; null where that was not saved. */
  workbench: string | null;
}

function layersOf(analysis: SavedAnalysis): number | null {
  const totals = analysis.results.map((result) => headOf(result).result.total);
  const found = totals.find(({ layer, row }) => layer !== undefined || row !== undefined);
  return found ? (found.layer ?? found.row - 1) : null;
}

export function useViewing(analysis: SavedAnalysis): Viewing {
  const address = useMemo(() => savedAddress(analysis), [analysis]);
  const compared = useMemo(() => savedPanels(analysis).some(({ second }) => second !== null), [analysis]);
  const [chosen, setSide] = useState<Side>(address?.side ?? "a");
  const [fullScreen, setFullScreen] = useState<string | null>(null);
  const layers = useMemo(() => layersOf(analysis), [analysis]);
  const selection = useMemo(() => {
    const store = createSelection();
    store.setLayers(layers);
    store.replace(address?.pin ?? null, address?.range ?? null, address?.also ?? []);
    return store;
  }, [layers, address]);
  const side = compared ? chosen : null;
  useKeys({ selection, side, setSide, fullScreen, setFullScreen });
  return {
    selection,
    side,
    setSide,
    align: address?.align ?? "position",
    firstToken: address?.firstToken ?? "shown",
    layers,
    fullScreen,
    setFullScreen,
    workbench: address && `/#${encodeAddress(address)}`,
  };
}

const SIDES: Record<string, Side> = { a: "a", b: "b", d: "difference" };
/** What has keys of its own. */
const BUSY = "dialog[open], [role='menu'], [role='dialog']";
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select";

/** `Esc` closes, in order: dialogs and menus (by themselves), full screen, range, pin. `A`, `B` and `D` choose the side. */
function useKeys(viewing: Pick<Viewing, "selection" | "side" | "setSide" | "fullScreen" | "setFullScreen">): void {
  const { selection, side, setSide, fullScreen, setFullScreen } = viewing;
  useEffect(() => {
    const escape = () => {
      const { pin, also, range } = selection.get();
      if (fullScreen) setFullScreen(null);
      else if (range) selection.setRange(null);
      else if (pin || also.length > 0) selection.replace(null, null);
      else return false;
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      const plain = !event.metaKey && !event.ctrlKey && !event.altKey && !event.defaultPrevented;
      if (!plain || document.querySelector(BUSY)) return;
      if (event.target instanceof Element && event.target.matches(TYPING)) return;
      const other = side && SIDES[event.key.toLowerCase()];
      if (other) setSide(other);
      else if (event.key !== "Escape" || !escape()) return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [selection, side, setSide, fullScreen, setFullScreen]);
}
