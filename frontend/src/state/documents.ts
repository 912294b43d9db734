/** The documents that the open panels show, as far as they answer what is asked now. */
import { useMemo } from "react";
import type { ResultDocument } from "../kinds/types";
import { inUnit } from "../kinds/units";
import type { MethodRequest } from "../api/types";
import type { Prompt } from "./prompt";
import type { RunSide } from "./request";
import { secondOf, useRuns } from "./runs";
import { PATCHED } from "./strata";
import { useUnits } from "./units";
import { useWorkspace } from "./workspace";

/** Documents of open panels about the present model and prompt of one side, in the order of the panels. */
export function useDocuments(side: RunSide = "a"): ResultDocument[] {
  const runs = useRuns((state) => state.runs);
  const panels = useWorkspace((workspace) => workspace.panels);
  const model = useWorkspace(({ model: first, second }) => (side === "b" && second?.model) || first);
  const prompt = useWorkspace(({ prompt: first, second }) => (side === "b" ? (second?.prompt ?? "") : first));
  const unit = useUnits((units) => units.unit);
  return useMemo(() => {
    const own = panels.filter(({ kept }) => !kept).map(({ uid }) => runs[side === "b" ? secondOf(uid) : uid]?.shown);
    return own.flatMap((shown) =>
      // A patched run says nothing about the run as it is.
      shown?.request.model === model && shown.document.method !== PATCHED && about(shown.request, prompt)
        ? [inUnit(shown.document, unit)]
        : [],
    );
  }, [runs, panels, model, prompt, side, unit]);
}

/** Whether a request asks about a prompt, or about none. */
function about(request: MethodRequest, prompt: Prompt): boolean {
  const asked = request.messages ?? request.prompt;
  return asked === undefined || JSON.stringify(asked) === JSON.stringify(prompt);
}
