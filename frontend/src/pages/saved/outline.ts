/** What a long page holds: its headings and panels say so of themselves, and stand in the order of the page. */
import { createContext, use, useEffect, useState, useSyncExternalStore } from "react";

export interface Entry {
  /** Of the element. */
  id: string;
  title: string;
  level: 2 | 3;
}

export interface Outline {
  subscribe(listener: () => void): () => void;
  get(): readonly Entry[];
  /** Enter an element that is on the page; returns what takes it out again. */
  add(entry: Entry): () => void;
}

const follows = (a: Entry, b: Entry): number => {
  const [first, second] = [document.getElementById(a.id), document.getElementById(b.id)];
  if (!first || !second) return 0;
  return first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
};

export function createOutline(): Outline {
  let entries: readonly Entry[] = [];
  const listeners = new Set<() => void>();
  const replace = (next: readonly Entry[]) => {
    entries = next;
    listeners.forEach((listener) => listener());
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get: () => entries,
    add(entry) {
      replace([...entries, entry].sort(follows));
      return () => replace(entries.filter((other) => other !== entry));
    },
  };
}

export const OutlineContext = createContext<Outline | null>(null);

/** Enter the element of this id into the outline around it, while it is on the page. */
export function useEntry(id: string, title: string, level: Entry["level"] = 2): void {
  const outline = use(OutlineContext);
  useEffect(() => outline?.add({ id, title, level }), [outline, id, title, level]);
}

export const useEntries = (outline: Outline): readonly Entry[] => useSyncExternalStore(outline.subscribe, outline.get);

/** An entry is being read once its top has passed this share of the window. */
const READING_LINE = 0.3;

/** The last entry whose top is above a line, given the tops in order; at the end of the page the last of all. */
export function entryBeingRead(tops: readonly number[], line: number, atEnd: boolean): number {
  if (atEnd) return tops.length - 1;
  const below = tops.findIndex((top) => top > line);
  return Math.max(0, (below < 0 ? tops.length : below) - 1);
}

/** The id of the entry that is being read; follows the scrolling of the window. */
export function useEntryBeingRead(entries: readonly Entry[]): string | null {
  const [id, setId] = useState<string | null>(null);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const tops = entries.map((entry) => document.getElementById(entry.id)?.getBoundingClientRect().top ?? Infinity);
      const { scrollHeight } = document.documentElement;
      const atEnd = window.scrollY > 0 && window.scrollY + window.innerHeight >= scrollHeight - 2;
      setId(entries[entryBeingRead(tops, READING_LINE * window.innerHeight, atEnd)]?.id ?? null);
    };
    const soon = () => (frame ||= requestAnimationFrame(look));
    look();
    window.addEventListener("scroll", soon, { passive: true });
    window.addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", soon);
      window.removeEventListener("resize", soon);
    };
  }, [entries]);
  return id;
}

/** Bring an element to the top and let reading go on from there. */
export function jumpTo(id: string): void {
  const element = document.getElementById(id);
  if (!element) return;
  element.scrollIntoView({ block: "start" });
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
