/** What is missing before a panel's method can be asked. */
import { useState } from "react";
import type { Method } from "../api/types";
import { fieldsOf, missingFields, readsPrompt, type Field } from "../forms/schema";
import type { Cell } from "../kinds/types";
import { isEmptyPrompt } from "../state/prompt";
import { lacksSecond } from "../state/request";
import { useRuns } from "../state/runs";
import { useWorkspace, type Panel } from "../state/workspace";
import type { Extent } from "./extent";

export type Need = "second" | "prompt" | "place" | "fields";

/** Fields that a selection can fill, with the dimension of the pin and what to take where nothing is pinned. */
export const PLACES: Record<string, { of: keyof Cell; last: keyof Extent | null }> = {
  position: { of: "position", last: "tokens" },
  layer: { of: "layer", last: "layers" },
  head: { of: "head", last: null },
  query: { of: "position", last: "tokens" },
  key: { of: "key", last: null },
  feature: { of: "feature", last: null },
};

const isPlace = ({ name, kind }: Field) => kind === "integer" && name in PLACES;

/** Fields without which the method cannot be asked, from when one is missing until a run has them all. */
function useRequired(panel: Panel, method: Method): Field[] {
  const required = fieldsOf(method.params).filter((field) => field.required);
  const asked = useRuns(({ runs }) => runs[panel.uid]?.request);
  const lacking = missingFields(required, panel.params).length > 0;
  const answered = asked !== undefined && missingFields(required, asked).length === 0;
  const [open, setOpen] = useState(false);
  // What is typed first must not take the field away from under the next letter.
  if (lacking && !open) setOpen(true);
  if (open && answered && !lacking) setOpen(false);
  return lacking || open ? required : [];
}

/** What a panel needs before its method can be asked; null when nothing is missing. */
export function useNeed(panel: Panel, method: Method): { need: Need; fields: Field[] } | null {
  const alone = useWorkspace((workspace) => lacksSecond(method, workspace));
  const empty = useWorkspace(({ prompt, draft }) => isEmptyPrompt(prompt) && isEmptyPrompt(draft));
  const required = useRequired(panel, method);
  if (panel.kept) return null;
  if (alone) return { need: "second", fields: [] };
  if (empty && readsPrompt(method.params)) return { need: "prompt", fields: [] };
  if (required.length === 0) return null;
  return { need: required.every(isPlace) ? "place" : "fields", fields: required };
}
