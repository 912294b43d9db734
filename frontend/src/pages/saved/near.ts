/** What is in sight is fetched first; the rest follows by itself, so that the page can be read and printed offline. */
import { useEffect, useState, type RefObject } from "react";

/** How far outside the window something may be and still be fetched first. */
const MARGIN = "400px";
/** After this long the page has what is in sight. */
const REST_AFTER = 2000;
/** One after the other, so that drawing them holds nothing up. */
const APART = 120;

/** Whether an element is near the window, or has been. */
export function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || !element.current) return undefined;
    const observer = new IntersectionObserver(([entry]) => setNear(entry.isIntersecting), { rootMargin: MARGIN });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, near]);
  return near;
}

/** How many of the panels, from the first, are fetched whether they are in sight or not. */
export function useReleased(panels: number, all: boolean): number {
  const [released, setReleased] = useState(0);
  useEffect(() => {
    if (all || released >= panels) return undefined;
    const timer = setTimeout(() => setReleased(released + 1), released === 0 ? REST_AFTER : APART);
    return () => clearTimeout(timer);
  }, [panels, all, released]);
  return all ? panels : released;
}
