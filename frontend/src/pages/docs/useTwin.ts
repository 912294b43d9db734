import { use, useMemo } from "react";
import { loadKind } from "../../kinds";
import type { Sample } from "../../kinds/samples";
import type { TableTwin } from "../../kinds/types";

const NOTHING: TableTwin = { columns: [], rows: [] };

/** The table that a sample is also told in. Suspends until its kind is loaded. */
export function useTwin({ kind, document }: Sample): TableTwin {
  const module = use(loadKind(kind));
  return useMemo(() => module.toTable?.(document) ?? NOTHING, [module, document]);
}
