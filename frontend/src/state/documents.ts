/** The documents that the open panels show, as far as they answer what is asked now. */
import { useMemo } from "react";
import type { ResultDocument } from "../kinds/types";
import { useRuns } from "./runs";
import { useWorkspace } from "./workspace";

/** Documents of open panels about the present model and prompt, in the order of the panels. */
export function useDocuments(): ResultDocument[] {
  const runs = useRuns((state) => state.runs);
  const panels = useWorkspace((workspace) => workspace.panels);
  const model = useWorkspace((workspace) => workspace.model);
  const prompt = useWorkspace((workspace) => workspace.prompt);
  return useMemo(() => {
    const shown = panels.map(({ uid }) => runs[uid]?.shown).filter((found) => found != null);
    const about = shown.filter(({ request }) => request.model === model && (request.prompt ?? prompt) === prompt);
    return about.map(({ document }) => document);
  }, [runs, panels, model, prompt]);
}
