/** What is worth asking next: the methods that the open ones name, put as questions about what was found. */
import type { Method } from "../../api/types";
import type { Cell, ResultDocument } from "../../kinds/types";
import { t } from "../../ui/i18n";
import { strongestHeads } from "./inspect";

export interface Suggestion {
  method: Method;
  label: string;
  /** What the question is about. */
  pin?: Cell;
}

/** What the open results and the selection say that a question can be about. */
interface Found {
  head: { layer: number; head: number } | null;
  position: number | null;
}

/** The largest head of the open results, and the pinned position or else the last. */
export function foundIn(documents: ResultDocument[], pin: Cell | null): Found {
  const heads = documents.flatMap((document) => strongestHeads(document, 1)?.heads ?? []);
  const tokens = Math.max(0, ...documents.map(({ result }) => result.tokens.length));
  return {
    head: heads[0] ? { layer: heads[0].layer, head: heads[0].head } : null,
    position: pin?.position ?? (tokens > 0 ? tokens - 1 : null),
  };
}

/** A method as a question about what was found; by its title where there is no such question. */
export function asked(method: Method, { head, position }: Found): Suggestion {
  if (method.kind === "head_matrices" && head)
    return { method, label: t("app.next.head_matrices", { head: `${head.layer}.${head.head}` }), pin: head };
  if (method.kind === "patch_grid" && position !== null)
    return { method, label: t("app.next.patch_grid", { position }), pin: { position } };
  if (method.kind === "feature_list" && position !== null)
    return { method, label: t("app.next.feature_list", { position }), pin: { position } };
  return { method, label: method.title };
}

/** Methods named by the open ones that are not open themselves and can run, as questions. */
export function suggestions(
  methods: Method[],
  open: ReadonlySet<string>,
  found: Found,
  runs: (method: Method) => boolean,
): Suggestion[] {
  const named = methods.filter(({ id }) => open.has(id)).flatMap(({ next }) => next);
  return [...new Set(named)].flatMap((id) => {
    const method = methods.find((candidate) => candidate.id === id);
    return method && !open.has(id) && runs(method) ? [asked(method, found)] : [];
  });
}
