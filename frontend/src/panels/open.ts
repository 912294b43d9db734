/** Opens the analysis that a figure or a question leads to. */
import type { JsonValue } from "../api/types";
import type { Opening } from "../kinds/types";
import { sameValue } from "../forms/schema";
import { show } from "../state/actions";
import { addAndRun } from "../state/runner";
import { selection } from "../state/selection";
import { useWorkspace } from "../state/workspace";

/** Pin what the opening is about, and go to its panel: the one that is open, or a new one. Returns its uid. */
export function openAnalysis({ method, params, pin }: Opening): string {
  if (pin) selection.setPin({ ...selection.get().pin, ...pin });
  const { panels } = useWorkspace.getState();
  const asked = (params ?? {}) as Record<string, JsonValue>;
  const same = panels.find(
    (panel) =>
      panel.method === method &&
      !panel.kept &&
      Object.entries(asked).every(([name, value]) => sameValue(panel.params[name], value)),
  );
  const uid = same?.uid ?? addAndRun(method, asked);
  show(uid);
  return uid;
}
