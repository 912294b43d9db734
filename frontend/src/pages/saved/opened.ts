import { useEffect, useRef, useState } from "react";

/** Whether the browser opened this very page; pages reached from within the application are timed from the click. */
function openedByBrowser(path: string): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  return entry !== undefined && new URL(entry.name).pathname === path;
}

let first = true;

/** Seconds from opening the page until it could be read; null until then. */
export function useOpenedIn(path: string, readable: boolean): number | null {
  const [seconds, setSeconds] = useState<number | null>(null);
  const begun = useRef<number | null>(null);
  useEffect(() => {
    if (begun.current !== null) return;
    begun.current = first && openedByBrowser(path) ? 0 : performance.now();
    first = false;
  }, [path]);
  useEffect(() => {
    if (!readable || begun.current === null) return undefined;
    const from = begun.current;
    // After the frame in which the text stands.
    const frame = requestAnimationFrame(() => setSeconds((known) => known ?? (performance.now() - from) / 1000));
    return () => cancelAnimationFrame(frame);
  }, [readable]);
  return seconds;
}
