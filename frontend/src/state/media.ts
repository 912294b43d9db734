/** Which layout the width of the window calls for. */
import { useSyncExternalStore } from "react";

export type Breadth = "narrow" | "medium" | "overlay" | "full";

const LEAST: [Breadth, MediaQueryList][] = [
  ["full", window.matchMedia("(min-width: 1280px)")],
  ["overlay", window.matchMedia("(min-width: 1024px)")],
  ["medium", window.matchMedia("(min-width: 768px)")],
];

/** The layout for the present width. */
export const breadth = (): Breadth => LEAST.find(([, query]) => query.matches)?.[0] ?? "narrow";

const subscribe = (listener: () => void) => {
  LEAST.forEach(([, query]) => query.addEventListener("change", listener));
  return () => LEAST.forEach(([, query]) => query.removeEventListener("change", listener));
};

export const useBreadth = (): Breadth => useSyncExternalStore(subscribe, breadth);
