import { useEffect, type RefObject } from "react";
import type { Cell, SelectionStore } from "../types";

/**
 * Marks the elements of a figure that are hovered, here or in another figure, by the attribute `data-hovered`. Nothing is
 * rendered anew. `matches` must be the same function as long as it says the same.
 */
export function useHovered(
  host: RefObject<Element | null>,
  selection: SelectionStore,
  elements: string,
  matches: (element: HTMLElement | SVGElement, hover: Cell) => boolean,
): void {
  useEffect(() => {
    const mark = () => {
      const { hover } = selection.get();
      host.current
        ?.querySelectorAll<HTMLElement | SVGElement>(elements)
        .forEach((element) => element.toggleAttribute("data-hovered", hover !== null && matches(element, hover)));
    };
    mark();
    return selection.subscribe(mark);
  }, [host, selection, elements, matches]);
}
