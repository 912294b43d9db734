/** What a person is looking at: model, prompt, question and panels. Results are kept apart, in `runs`. */
import { create } from "zustand";
import type { Example, JsonValue } from "../api/types";

export type PanelWidth = "half" | "full";

export interface Panel {
  uid: string;
  method: string;
  params: Record<string, JsonValue>;
  /** Missing means what suits the kind. */
  width?: PanelWidth;
  /** What the colours mean, where a result has several quantities; missing means the first. */
  quantity?: string;
}

export interface Question {
  /** Token texts; empty means the two likeliest tokens. */
  target: string;
  distractor: string;
  /** −1 is the last position. */
  position: number;
}

export interface Workspace {
  title: string;
  model: string;
  /** The text in the editor. */
  draft: string;
  /** The text of the last run: what the panels are about. */
  prompt: string;
  question: Question;
  panels: Panel[];
}

interface Actions {
  setTitle: (title: string) => void;
  setModel: (model: string) => void;
  setDraft: (draft: string) => void;
  /** Make the draft the prompt that panels are about. */
  commit: () => void;
  setQuestion: (change: Partial<Question>) => void;
  addPanel: (method: string, params?: Panel["params"], width?: PanelWidth) => string;
  setParams: (uid: string, params: Panel["params"]) => void;
  setWidth: (uid: string, width: PanelWidth) => void;
  setQuantity: (uid: string, quantity: string) => void;
  duplicatePanel: (uid: string) => string | null;
  removePanel: (uid: string) => void;
  movePanel: (uid: string, by: number) => void;
  openExample: (example: Example, panels: Omit<Panel, "uid">[]) => void;
  restore: (workspace: Omit<Workspace, "panels"> & { panels: Omit<Panel, "uid">[] }) => void;
}

export const NO_QUESTION: Question = { target: "", distractor: "", position: -1 };
export const EMPTY: Workspace = { title: "", model: "", draft: "", prompt: "", question: NO_QUESTION, panels: [] };

let made = 0;
const newUid = () => `panel-${(made += 1)}`;

/** Panels with ids; those already open keep theirs, so that what they show stays. */
function named(panels: Omit<Panel, "uid">[], open: Panel[]): Panel[] {
  const free = [...open];
  return panels.map((panel) => {
    const same = free.findIndex((other) => other.method === panel.method);
    const uid = same < 0 ? newUid() : free.splice(same, 1)[0].uid;
    return { ...panel, uid };
  });
}

export const useWorkspace = create<Workspace & Actions>()((set, get) => {
  const change = (uid: string, edit: (panel: Panel) => Panel) =>
    set(({ panels }) => ({ panels: panels.map((panel) => (panel.uid === uid ? edit(panel) : panel)) }));
  return {
    ...EMPTY,
    setTitle: (title) => set({ title }),
    setModel: (model) => set({ model }),
    setDraft: (draft) => set({ draft }),
    commit: () => set(({ draft }) => ({ prompt: draft })),
    setQuestion: (question) => set((state) => ({ question: { ...state.question, ...question } })),
    addPanel: (method, params = {}, width) => {
      const panel: Panel = { uid: newUid(), method, params, ...(width ? { width } : {}) };
      set(({ panels }) => ({ panels: [...panels, panel] }));
      return panel.uid;
    },
    setParams: (uid, params) => change(uid, (panel) => ({ ...panel, params })),
    setWidth: (uid, width) => change(uid, (panel) => ({ ...panel, width })),
    setQuantity: (uid, quantity) => change(uid, (panel) => ({ ...panel, quantity })),
    duplicatePanel: (uid) => {
      const { panels } = get();
      const at = panels.findIndex((panel) => panel.uid === uid);
      if (at < 0) return null;
      const copy = { ...panels[at], uid: newUid() };
      set({ panels: panels.toSpliced(at + 1, 0, copy) });
      return copy.uid;
    },
    removePanel: (uid) => set(({ panels }) => ({ panels: panels.filter((panel) => panel.uid !== uid) })),
    movePanel: (uid, by) =>
      set(({ panels }) => {
        const from = panels.findIndex((panel) => panel.uid === uid);
        const to = Math.max(0, Math.min(panels.length - 1, from + by));
        return from < 0 || to === from ? {} : { panels: panels.toSpliced(from, 1).toSpliced(to, 0, panels[from]) };
      }),
    openExample: (example, panels) =>
      set((state) => ({
        title: example.title,
        model: example.model,
        draft: example.prompt,
        prompt: example.prompt,
        question: { target: example.target ?? "", distractor: example.distractor ?? "", position: -1 },
        panels: state.panels.length > 0 ? state.panels : named(panels, []),
      })),
    restore: ({ panels, ...workspace }) => set((state) => ({ ...workspace, panels: named(panels, state.panels) })),
  };
});
