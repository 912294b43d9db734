/** The order of the list: what was used last comes first. */
import type { Memory } from "../../api/models";
import type { Model } from "../../api/types";

const RANK: Record<Model["state"], number> = { loading: 0, ready: 1, not_loaded: 2, failed: 3 };

/**
 * Those that are loading by their place in line, those in memory by their last use, which the server tells by their
 * order; the others as the server lists them.
 */
export function byLastUse(models: readonly Model[], memory: Memory | undefined): Model[] {
  const used = Object.keys(memory?.models ?? {});
  const place = ({ id, state, position }: Model) => (state === "loading" ? (position ?? 0) : -used.indexOf(id));
  return models.toSorted((a, b) => RANK[a.state] - RANK[b.state] || place(a) - place(b));
}
