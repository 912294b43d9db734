import { useEffect, useLayoutEffect, useState, type RefObject } from "react";
import type { Token } from "../../kinds/types";
import { selection } from "../../state/selection";

const ROWS = 3;
/** More tokens than three rows could ever hold: no need to try. */
const CERTAINLY_MANY = 160;

/** How the strip is laid out: one row that fills its width, up to three rows, or one row that scrolls. */
export type StripLayout = "filled" | "wrapped" | "scrolling";

/** The layout that the tokens need, by their own widths: what the layout makes of them must not decide about it. */
export function useStripLayout(list: RefObject<HTMLElement | null>, tokens: Token[]): StripLayout {
  const [layout, setLayout] = useState<StripLayout>("filled");
  const many = tokens.length > CERTAINLY_MANY;
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || many) return;
    const measure = () => {
      const rows = element.clientWidth > 0 ? ownWidth(element) / element.clientWidth : 1;
      setLayout(rows > ROWS - 0.1 ? "scrolling" : rows > 1 ? "wrapped" : "filled");
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [list, tokens, many]);
  return many ? "scrolling" : layout;
}

/** Width of all chips as wide as their text, in one row. */
function ownWidth(element: HTMLElement): number {
  element.classList.add("measuring");
  const width = [...element.children].reduce((sum, chip) => sum + chip.getBoundingClientRect().width + 2, 0);
  element.classList.remove("measuring");
  return width;
}

const MARGIN = 24;

/** The chip that stands for a position. */
export function chipAt(list: HTMLElement | null, position: number): HTMLElement | null {
  const chips = [...(list?.querySelectorAll<HTMLElement>("[data-position]") ?? [])];
  // A folded chip stands for the positions up to the next one.
  return chips.findLast((chip) => Number(chip.dataset.position) <= position) ?? null;
}

/** Scroll the strip sideways, and nothing else, until a token is in sight. Aligned strips scroll together, in their frame. */
export function keepInView(list: HTMLElement | null, position: number): void {
  const chip = list?.children.length ? chipAt(list, position) : null;
  const frame = list?.closest<HTMLElement>(".compared-strips") ?? list;
  if (!frame || !chip || frame.scrollWidth <= frame.clientWidth) return;
  const [outer, inner] = [frame.getBoundingClientRect(), chip.getBoundingClientRect()];
  const [before, after] = [inner.left - outer.left - MARGIN, inner.right - outer.right + MARGIN];
  if (before < 0) frame.scrollBy({ left: before });
  else if (after > 0) frame.scrollBy({ left: after });
}

/** Mark the hovered token without rendering: hovers come once a frame. */
export function useHoverMark(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let marked: Element | null = null;
    return selection.subscribe(() => {
      const position = selection.get().hover?.position;
      const next = position == null ? null : chipAt(list.current, position);
      if (next === marked) return;
      marked?.classList.remove("hovered");
      next?.classList.add("hovered");
      marked = next;
    });
  }, [list]);
}
