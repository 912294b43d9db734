/** How the page is arranged: rails, dialogs, the panel in full screen. Rails and widths are remembered per browser. */
import { create } from "zustand";
import { recall, remember } from "./memory";

export const RAIL = { least: 200, most: 400 } as const;
export type Side = "left" | "right";
export type NarrowTab = "prompt" | "panels" | "methods" | "history";
export type DialogName = "help" | "share" | "catalogue" | null;

interface Layout {
  open: Record<Side, boolean>;
  width: Record<Side, number>;
  /** Whether the inspector keeps what it shows while the selection moves. */
  inspectorPinned: boolean;
  /** The inspector as an overlay or a sheet: drawn when something is selected, until closed. */
  sheet: boolean;
  tab: NarrowTab;
  dialog: DialogName;
  fullScreen: string | null;
  /** What is open in a full-screen view, in words of its own that the address keeps. */
  view: string;
  /** The panel whose code is shown. */
  codeFor: string | null;
  /** The side whose prompt is being written while two are compared. */
  editing: "a" | "b" | null;
  /** The panel last touched: the one that single keys act on. */
  active: string | null;
  toggleRail: (side: Side) => void;
  setWidth: (side: Side, width: number) => void;
  toggleInspectorPin: () => void;
  setSheet: (sheet: boolean) => void;
  setTab: (tab: NarrowTab) => void;
  setDialog: (dialog: DialogName) => void;
  setFullScreen: (uid: string | null, view?: string) => void;
  setView: (view: string) => void;
  setCodeFor: (uid: string | null) => void;
  setActive: (uid: string) => void;
  setEditing: (side: "a" | "b" | null) => void;
}

const clamp = (width: number) => Math.round(Math.max(RAIL.least, Math.min(RAIL.most, width)));
const remembered = recall<Partial<Pick<Layout, "open" | "width">>>("rails", {});

export const useLayout = create<Layout>()((set, get) => {
  const keep = (change: Partial<Pick<Layout, "open" | "width">>) => {
    set(change);
    const { open, width } = get();
    remember("rails", { open, width });
  };
  return {
    open: { left: true, right: true, ...remembered.open },
    width: { left: 248, right: 288, ...remembered.width },
    inspectorPinned: false,
    sheet: false,
    tab: "panels",
    dialog: null,
    fullScreen: null,
    view: "",
    codeFor: null,
    active: null,
    editing: null,
    toggleRail: (side) => keep({ open: { ...get().open, [side]: !get().open[side] } }),
    setWidth: (side, width) => keep({ width: { ...get().width, [side]: clamp(width) } }),
    toggleInspectorPin: () => set(({ inspectorPinned }) => ({ inspectorPinned: !inspectorPinned })),
    setSheet: (sheet) => set({ sheet }),
    setTab: (tab) => set({ tab }),
    setDialog: (dialog) => set({ dialog }),
    setFullScreen: (fullScreen, view = "") => set({ fullScreen, view }),
    setView: (view) => set({ view }),
    setCodeFor: (codeFor) => set({ codeFor }),
    setActive: (active) => set({ active }),
    setEditing: (editing) => set({ editing }),
  };
});
