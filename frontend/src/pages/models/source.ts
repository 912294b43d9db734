/** What a person typed, as what the server can look for. */
import type { ModelSource } from "../../api/models";

/** "/models/x" and "./x" are folders, "owner/name" is a hub id, and anything else the id of a listed model. */
export function sourceOf(typed: string, revision: string): ModelSource {
  const text = typed.trim();
  if (/^([./~\\]|[A-Za-z]:[\\/])/.test(text)) return { path: text };
  if (!text.includes("/")) return { id: text };
  return { hub: text, ...(revision.trim() ? { revision: revision.trim() } : {}) };
}
