/** Dragging a panel by its title to another place. Alt with an arrow does the same from the keyboard. */
import type { PointerEvent as ReactPointerEvent } from "react";

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Beside which panel something would be put. */
export interface Drop {
  index: number;
  after: boolean;
}

const middle = (from: number, to: number) => (from + to) / 2;

/** The place that a point asks for among boxes in rows: before or after the nearest of them. */
export function dropAt(boxes: readonly Box[], x: number, y: number): Drop | null {
  const distance = ({ left, right, top, bottom }: Box) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  const distances = boxes.map(distance);
  const index = distances.indexOf(Math.min(...distances));
  if (index < 0) return null;
  const box = boxes[index];
  const beside = boxes.some((other, i) => i !== index && other.top < box.bottom && other.bottom > box.top);
  return { index, after: beside ? x > middle(box.left, box.right) : y > middle(box.top, box.bottom) };
}

/** Where in the order a panel from place `from` comes to stand. */
export function placeOf({ index, after }: Drop, from: number): number {
  const before = index + (after ? 1 : 0);
  return before > from ? before - 1 : before;
}

const FAR_ENOUGH = 5;
const EDGE = 56;
const STEP = 14;

/** Follow a press on a title. `onPlace` hears the place in the order, once, if the panel was dragged to another one. */
export function startReorder(press: ReactPointerEvent<HTMLElement>, onPlace: (place: number) => void): void {
  const panel = press.currentTarget.closest<HTMLElement>(".panel");
  const grid = panel?.parentElement;
  // A finger scrolls; a phone moves panels from their menu.
  if (press.button !== 0 || press.pointerType === "touch" || !panel || !grid) return;
  const panels = [...grid.querySelectorAll<HTMLElement>(":scope > .panel")];
  const from = panels.indexOf(panel);
  const [startX, startY] = [press.clientX, press.clientY];
  let drop: Drop | null = null;
  let dragging = false;

  const show = () =>
    panels.forEach((one, i) => {
      if (drop?.index === i && placeOf(drop, from) !== from) one.dataset.drop = drop.after ? "after" : "before";
      else delete one.dataset.drop;
    });
  const onMove = ({ clientX, clientY }: PointerEvent) => {
    dragging ||= Math.hypot(clientX - startX, clientY - startY) > FAR_ENOUGH;
    if (!dragging) return;
    panel.classList.add("dragged");
    scrollAtEdge(grid, clientY);
    drop = dropAt(
      panels.map((one) => one.getBoundingClientRect()),
      clientX,
      clientY,
    );
    show();
  };
  const stop = () => {
    panel.classList.remove("dragged");
    drop = null;
    show();
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", stop);
    window.removeEventListener("keydown", onKey, true);
  };
  const onUp = () => {
    const place = drop ? placeOf(drop, from) : from;
    stop();
    if (place !== from) onPlace(place);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !dragging) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", stop);
  window.addEventListener("keydown", onKey, true);
}

/** Near the edge of what scrolls, scroll on. */
function scrollAtEdge(grid: HTMLElement, y: number): void {
  const scroller = grid.closest<HTMLElement>(".workbench-main");
  if (!scroller) return;
  const { top, bottom } = scroller.getBoundingClientRect();
  if (y > bottom - EDGE) scroller.scrollBy(0, STEP);
  else if (y < top + EDGE) scroller.scrollBy(0, -STEP);
}
