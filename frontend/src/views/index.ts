/** Views of single methods: `views/<family>/<method>.tsx` draws what `<family>/<method>` returns. Nothing is registered. */
import type { ComponentType } from "react";
import type { KindProps } from "../kinds/types";

export interface ViewModule {
  default: ComponentType<KindProps>;
}

const files = import.meta.glob<ViewModule>("./*/*.tsx");
const loading = new Map<string, Promise<ViewModule>>();

/** The view of a method, or null where its kind draws it. */
export function viewFor(method: string): Promise<ViewModule> | null {
  const load = files[`./${method}.tsx`];
  if (!load) return null;
  let module = loading.get(method);
  if (!module) loading.set(method, (module = load()));
  return module;
}
