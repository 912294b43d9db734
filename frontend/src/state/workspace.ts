/** What a person is looking at: model, prompt, question and panels. Results are kept apart, in `runs`. */
import { create } from "zustand";
import type { Example, JsonValue } from "../api/types";
import type { Align } from "../kinds/align";
import type { FirstToken } from "../kinds/types";
import type { Prompt } from "./prompt";

export type PanelWidth = "half" | "full";

export interface Panel {
  uid: string;
  method: string;
  params: Record<string, JsonValue>;
  /** Missing means what suits the kind. */
  width?: PanelWidth;
  /** What the colours mean, where a result has several quantities; missing means the first. */
  quantity?: string;
  /** A name of the person's own; missing means the method's. */
  title?: string;
  /** The key of a stored result that the panel keeps showing, whatever is asked elsewhere. */
  kept?: string;
}

/** Texts of the tokens of one side of the question, together; empty means the likeliest. */
export type TokenTexts = string[];

export interface Question {
  target: TokenTexts;
  distractor: TokenTexts;
  /** −1 is the last position. */
  position: number;
}

/** What is compared with the first: another prompt, another model, or both. */
export interface Second {
  /** Empty: the model of the first. */
  model: string;
  draft: Prompt;
  /** The text of the last run. */
  prompt: Prompt;
}

/** What comparing panels show. */
export type Side = "a" | "b" | "difference";

export interface Workspace {
  title: string;
  model: string;
  /** What is in the editor. */
  draft: Prompt;
  /** The prompt of the last run: what the panels are about. */
  prompt: Prompt;
  /** Null while nothing is compared. */
  second: Second | null;
  side: Side;
  align: Align;
  firstToken: FirstToken;
  question: Question;
  panels: Panel[];
}

interface Actions {
  setTitle: (title: string) => void;
  setModel: (model: string) => void;
  setDraft: (draft: Prompt) => void;
  /** Compare with something, or change what is compared with; null ends the comparison. */
  setSecond: (change: Partial<Second> | null) => void;
  setSide: (side: Side) => void;
  setAlign: (align: Align) => void;
  setFirstToken: (firstToken: FirstToken) => void;
  /** Make the drafts the prompts that panels are about. */
  commit: () => void;
  setQuestion: (change: Partial<Question>) => void;
  addPanel: (method: string, params?: Panel["params"], width?: PanelWidth) => string;
  setParams: (uid: string, params: Panel["params"]) => void;
  setWidth: (uid: string, width: PanelWidth) => void;
  setQuantity: (uid: string, quantity: string) => void;
  duplicatePanel: (uid: string) => string | null;
  removePanel: (uid: string) => void;
  /** Give a panel a name; an empty one gives it back that of its method. */
  renamePanel: (uid: string, title: string) => void;
  /** Keep showing a stored result, or show again what is asked. */
  keepResult: (uid: string, key: string | null) => void;
  movePanel: (uid: string, by: number) => void;
  /** Put a panel at a place in the order. */
  placePanel: (uid: string, index: number) => void;
  openExample: (example: Example, panels: Omit<Panel, "uid">[]) => void;
  restore: (workspace: Omit<Workspace, "panels"> & { panels: Omit<Panel, "uid">[] }) => void;
}

export const NO_QUESTION: Question = { target: [], distractor: [], position: -1 };
export const EMPTY: Workspace = {
  title: "",
  model: "",
  draft: "",
  prompt: "",
  second: null,
  side: "a",
  align: "position",
  firstToken: "shown",
  question: NO_QUESTION,
  panels: [],
};

const listed = (text: string | null | undefined): TokenTexts => (text ? [text] : []);

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
    setSecond: (change) =>
      set(({ second, draft, prompt }) => ({
        second: change && { ...(second ?? { model: "", draft, prompt }), ...change },
        ...(change ? {} : { side: "a" as const }),
      })),
    setSide: (side) => set({ side }),
    setAlign: (align) => set({ align }),
    setFirstToken: (firstToken) => set({ firstToken }),
    commit: () =>
      set(({ draft, second }) => ({ prompt: draft, second: second && { ...second, prompt: second.draft } })),
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
    renamePanel: (uid, title) => change(uid, ({ title: _before, ...panel }) => (title ? { ...panel, title } : panel)),
    keepResult: (uid, key) => change(uid, ({ kept: _before, ...panel }) => (key ? { ...panel, kept: key } : panel)),
    movePanel: (uid, by) => get().placePanel(uid, get().panels.findIndex((panel) => panel.uid === uid) + by),
    placePanel: (uid, index) =>
      set(({ panels }) => {
        const from = panels.findIndex((panel) => panel.uid === uid);
        const to = Math.max(0, Math.min(panels.length - 1, index));
        return from < 0 || to === from ? {} : { panels: panels.toSpliced(from, 1).toSpliced(to, 0, panels[from]) };
      }),
    openExample: (example, panels) =>
      set((state) => ({
        title: example.title,
        model: example.model,
        draft: example.prompt,
        prompt: example.prompt,
        second: null,
        side: "a",
        question: { target: listed(example.target), distractor: listed(example.distractor), position: -1 },
        panels: state.panels.length > 0 ? state.panels : named(panels, []),
      })),
    restore: ({ panels, ...workspace }) => set((state) => ({ ...workspace, panels: named(panels, state.panels) })),
  };
});
