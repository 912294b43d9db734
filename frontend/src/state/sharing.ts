/** The report that is being written in the workbench, and what became of it: storing goes on when the dialog is closed. */
import { create } from "zustand";
import { changeAnalysis, deleteAnalysis, saveAnalysis, type AnalysisChanges } from "../api/analyses";
import { asProblem, type ApiProblem } from "../api/client";
import { runMethod } from "../api/runs";
import type { MethodRequest, NewAnalysis, SavedLink } from "../api/types";
import { forgetLink, keepLink } from "./ownLinks";
import { useRuns } from "./runs";
import type { Report } from "./saved";

/** "writing" before anything is stored or while it is changed; then storing, and how that ended. */
export type Stage = "writing" | "storing" | "stored" | "failed";

interface Sharing {
  report: Report | null;
  stage: Stage;
  /** Where the report is stored; null before it was. */
  link: SavedLink | null;
  problem: ApiProblem | null;
  write: (report: Report) => void;
  /** Store the results with the report under a new link. */
  store: (analysis: NewAnalysis) => Promise<void>;
  /** Store what was written anew under the link there is. */
  change: (changes: AnalysisChanges) => Promise<void>;
  /** Try again what failed. */
  retry: () => void;
  /** Write on, on what is stored. */
  edit: () => void;
  /** Begin a new link with what was written so far. */
  renew: () => void;
  /** Go back to what is stored. */
  leave: () => void;
  remove: () => Promise<void>;
}

export const useSharing = create<Sharing>()((set, get) => {
  const storing = async (work: () => Promise<Partial<Sharing>>) => {
    set({ stage: "storing", problem: null, retry: () => void storing(work) });
    try {
      set({ stage: "stored", ...(await work()) });
    } catch (error) {
      set({ stage: "failed", problem: asProblem(error) });
    }
  };
  return {
    report: null,
    stage: "writing",
    link: null,
    problem: null,
    retry: () => undefined,
    write: (report) => set({ report }),
    store: (analysis) =>
      storing(async () => {
        const link = await saveComputed(analysis);
        keepLink(link);
        return { link };
      }),
    change: (changes) =>
      storing(async () => {
        const { link } = get();
        if (link) await changeAnalysis(link, changes);
        return {};
      }),
    edit: () => set({ stage: "writing", problem: null }),
    renew: () => set({ stage: "writing", link: null, problem: null }),
    leave: () => set(({ link }) => ({ stage: link ? "stored" : "writing", problem: null })),
    remove: async () => {
      const { link } = get();
      if (!link) return;
      try {
        await deleteAnalysis(link);
        forgetLink(link.id);
        set({ stage: "writing", link: null, problem: null });
      } catch (error) {
        set({ problem: asProblem(error) });
      }
    },
  };
});

const UNKNOWN_RESULT = "unknown_result";

/** Save; results that the server no longer has are computed once more. */
async function saveComputed(analysis: NewAnalysis): Promise<SavedLink> {
  try {
    return await saveAnalysis(analysis);
  } catch (error) {
    if (asProblem(error).body.code !== UNKNOWN_RESULT) throw error;
    await Promise.all(analysis.results.map(computeAgain));
    return saveAnalysis(analysis);
  }
}

async function computeAgain(key: string): Promise<void> {
  const shown = Object.values(useRuns.getState().runs).find((run) => run.shown?.document.key === key)?.shown;
  if (!shown) return;
  const { method, request } = shown.document;
  await runMethod(method, request as MethodRequest, {}, new AbortController().signal);
}
