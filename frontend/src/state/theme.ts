/** Light or dark: the system's choice until a person switches; then remembered. */
import { useSyncExternalStore } from "react";
import type { Theme } from "../kinds/types";
import { recall, remember } from "./memory";

export type ThemeChoice = Theme | "system";

const KEY = "theme";
const listeners = new Set<() => void>();
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const stored = recall<ThemeChoice>(KEY, "system");
let choice: ThemeChoice = stored === "light" || stored === "dark" ? stored : "system";

const current = (): Theme => (choice === "system" ? (dark.matches ? "dark" : "light") : choice);

function apply(): void {
  document.documentElement.dataset.theme = current();
  listeners.forEach((listener) => listener());
}

dark.addEventListener("change", apply);
apply();

export function setTheme(next: ThemeChoice): void {
  choice = next;
  remember(KEY, next);
  apply();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, current);
export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, () => choice);
