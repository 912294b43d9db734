/** A − B with its floor: what a comparison asks the server for beside its two sides. */
import { modelsQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import { runMethod } from "../api/runs";
import type { MethodRequest } from "../api/types";
import type { Align } from "../kinds/align";
import { differenceOf, type Difference } from "../kinds/difference";
import { withFloor } from "../kinds/floor";
import type { ResultDocument } from "../kinds/types";

/** A larger model is not loaded a second time for the sake of a floor. */
const MOST_BYTES = 2e9;

/** A once more, by the same model in half precision; null where that cannot be had. */
export async function computedAgain(a: ResultDocument, signal: AbortSignal): Promise<ResultDocument | null> {
  const request = a.request as MethodRequest;
  const model = queryClient.getQueryData(modelsQuery.queryKey)?.find(({ id }) => id === request.model);
  if (model?.precision !== "float32" || (model.memory_bytes ?? 0) > MOST_BYTES) return null;
  const half = { ...request, model: `${model.id}@bfloat16` };
  try {
    return (await runMethod(a.method, half, {}, signal)).document;
  } catch {
    return null; // A comparison without a floor is still one.
  }
}

/** A − B; `again` is A computed again, and counts only for the A that it is of. */
export function differenceWithFloor(
  a: ResultDocument,
  b: ResultDocument,
  align: Align,
  again: ResultDocument | null,
): Difference {
  const difference = differenceOf(a, b, align);
  if (!difference.document || !again || !isOf(again, a)) return difference;
  return { document: withFloor(difference.document, a, again), reason: null };
}

const isOf = (again: ResultDocument, a: ResultDocument): boolean =>
  JSON.stringify({ ...again.request, model: a.request.model }) === JSON.stringify(a.request);
