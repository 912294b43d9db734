/** What of a grid is in view, kept outside React: while a grid moves it changes with every frame. */
import { useState, useSyncExternalStore } from "react";
import type { GridView } from "../../charts/grid";

export interface ViewStore {
  report: (view: GridView) => void;
  subscribe: (listener: () => void) => () => void;
  live: () => GridView | null;
  settled: () => GridView | null;
}

function createViewStore(): ViewStore {
  let live: GridView | null = null;
  let settled: GridView | null = null;
  const listeners = new Set<() => void>();
  return {
    report(view) {
      live = view;
      if (view.still) settled = view;
      listeners.forEach((listener) => listener());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    live: () => live,
    settled: () => settled,
  };
}

export const useViewStore = (): ViewStore => useState(createViewStore)[0];

/** The view, in every frame. */
export const useLiveView = (store: ViewStore) => useSyncExternalStore(store.subscribe, store.live);

/** The view as it was when the grid was last still. */
export const useSettledView = (store: ViewStore) => useSyncExternalStore(store.subscribe, store.settled);
