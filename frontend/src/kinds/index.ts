/** The kinds, found by name: `token_grid` is `TokenGrid.tsx`. A kind without a file is drawn as a table. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { KindModule, KindProps } from "./types";

export { countLine } from "./result";
export type * from "./types";

const modules = import.meta.glob<KindModule>(["./[A-Z]*.tsx", "!./*.test.tsx"]);
const FALLBACK = "./Table.tsx";

/** `token_grid` → `./TokenGrid.tsx` */
export function fileOf(kind: string): string {
  const name = kind.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return `./${name}.tsx`;
}

/** Whether a kind is drawn, rather than listed. */
export const isDrawn = (kind: string): boolean => fileOf(kind) in modules;

const loaded = new Map<string, Promise<KindModule>>();

/** A kind's module: its component, its description, its table twin. The same promise every time, fit for `use`. */
export function loadKind(kind: string): Promise<KindModule> {
  const file = isDrawn(kind) ? fileOf(kind) : FALLBACK;
  let module = loaded.get(file);
  if (!module) loaded.set(file, (module = modules[file]()));
  return module;
}

const components = new Map<string, LazyExoticComponent<ComponentType<KindProps>>>();

/** The component that draws a kind; the same one every time. */
export function kindFor(kind: string): LazyExoticComponent<ComponentType<KindProps>> {
  const file = isDrawn(kind) ? fileOf(kind) : FALLBACK;
  let component = components.get(file);
  if (!component) components.set(file, (component = lazy(modules[file])));
  return component;
}
