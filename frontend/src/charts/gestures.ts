/** What pointers, wheels and fingers do on a grid, told in points of its surface. */
import type { Point } from "./layout";

/** The keys held during a click: Shift extends the range, ⌘ or Ctrl sets a further pin. */
export type Gesture = Pick<MouseEvent, "shiftKey" | "metaKey" | "ctrlKey">;

/** Something that is dragged, in place of the cells. */
export interface Drag {
  move: (point: Point) => void;
  drop: () => void;
  cancel: () => void;
}

export interface GestureHandlers {
  hover: (point: Point | null) => void;
  press: (point: Point, gesture: Gesture) => void;
  /** Larger or smaller by a factor, at a point that stays where it is. */
  zoom: (factor: number, point: Point) => void;
  /** Whether the wheel alone zooms, where there is nothing else for it to scroll. */
  wheels?: () => boolean;
  /** Whether dragging moves the cells. */
  canPan: () => boolean;
  pan: (by: Point) => void;
  /** What a drag that begins at a point carries, if not the cells. */
  grab?: (point: Point) => Drag | null;
}

const LONG_PRESS = 450;
/** A pointer that moved less than this has clicked. */
const STILL = 4;
/** How much the wheel enlarges per pixel turned; a notch of a mouse wheel counts no more than `NOTCH` pixels. */
const PER_PIXEL = 0.01;
const NOTCH = 40;
const LINE = 16;

/** Listens until the returned function is called. */
export function listenTo(surface: HTMLElement, handlers: GestureHandlers): () => void {
  const end = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => surface.addEventListener(name, listener, { signal: end.signal, passive });
  const pointOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
    const box = surface.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };
  const dragged = listenToDrags(on, pointOf, surface, handlers);
  const longPressed = listenToLongPress(on, pointOf, handlers);

  on("pointermove", (event) => {
    if (event.pointerType !== "touch" && !dragged()) handlers.hover(pointOf(event));
  });
  on("pointerleave", () => handlers.hover(null));
  on("pointercancel", () => handlers.hover(null));
  on("click", (event) => {
    if (dragged() || longPressed()) return;
    handlers.press(pointOf(event), event);
  });
  on(
    "wheel",
    (event) => {
      // A pinch on a touchpad arrives as a wheel with Ctrl.
      const pinched = event.ctrlKey || event.metaKey;
      const across = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!pinched && (across || !handlers.wheels?.())) return;
      event.preventDefault();
      const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
      const pixels = Math.max(-NOTCH, Math.min(NOTCH, turned));
      handlers.zoom(Math.exp(-pixels * PER_PIXEL), pointOf(event));
    },
    false,
  );
  listenToPinches(on, pointOf, handlers);
  return () => end.abort();
}

type On = <K extends keyof HTMLElementEventMap>(
  name: K,
  listener: (event: HTMLElementEventMap[K]) => void,
  passive?: boolean,
) => void;

/**
 * Dragging with a mouse or pen carries what was grabbed, or else pans; fingers scroll by themselves. Tells whether the
 * pointer is, or was last, dragging.
 */
function listenToDrags(
  on: On,
  pointOf: (event: PointerEvent) => Point,
  surface: HTMLElement,
  { canPan, pan, hover, grab }: GestureHandlers,
): () => boolean {
  let last: Point | null = null;
  let grabbed: Drag | null = null;
  let dragging = false;
  on("pointerdown", (event) => {
    dragging = false;
    const may = event.pointerType !== "touch" && event.button === 0;
    grabbed = may ? (grab?.(pointOf(event)) ?? null) : null;
    last = grabbed || (may && canPan()) ? { x: event.clientX, y: event.clientY } : null;
  });
  on("pointermove", (event) => {
    if (!last || (event.buttons & 1) === 0) return;
    const by = { x: last.x - event.clientX, y: last.y - event.clientY };
    if (!dragging && Math.hypot(by.x, by.y) < STILL) return;
    if (!dragging) {
      dragging = true;
      surface.setPointerCapture(event.pointerId);
      surface.classList.add(grabbed ? "carrying" : "panning");
      hover(null);
    }
    if (grabbed) {
      grabbed.move(pointOf(event));
      return;
    }
    last = { x: event.clientX, y: event.clientY };
    pan(by);
  });
  const release = (dropped: boolean) => {
    if (dragging && last) grabbed?.[dropped ? "drop" : "cancel"]();
    last = grabbed = null;
    surface.classList.remove("panning", "carrying");
  };
  on("pointerup", () => release(true));
  on("pointercancel", () => release(false));
  return () => dragging;
}

/** A finger held still previews. Tells whether the last touch was that. */
function listenToLongPress(on: On, pointOf: (event: PointerEvent) => Point, { hover }: GestureHandlers): () => boolean {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pressed = false;
  on("pointerdown", (event) => {
    pressed = false;
    if (event.pointerType !== "touch") return;
    const point = pointOf(event);
    timer = setTimeout(() => {
      pressed = true;
      hover(point);
    }, LONG_PRESS);
  });
  for (const name of ["pointermove", "pointerup", "pointerleave", "pointercancel"] as const)
    on(name, () => clearTimeout(timer));
  return () => pressed;
}

/** Two fingers zoom, and carry the cells along. */
function listenToPinches(on: On, pointOf: (touch: Touch) => Point, { zoom, pan }: GestureHandlers): void {
  let before: { apart: number; middle: Point } | null = null;
  const measure = ({ touches }: TouchEvent) => {
    if (touches.length !== 2) return null;
    const [one, two] = [pointOf(touches[0]), pointOf(touches[1])];
    const apart = Math.hypot(one.x - two.x, one.y - two.y);
    return { apart, middle: { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 } };
  };
  const begin = (event: TouchEvent) => {
    before = measure(event);
    if (before) event.preventDefault();
  };
  on("touchstart", begin, false);
  on(
    "touchmove",
    (event) => {
      const now = measure(event);
      if (!before || !now) return;
      event.preventDefault();
      pan({ x: before.middle.x - now.middle.x, y: before.middle.y - now.middle.y });
      if (before.apart > 0) zoom(now.apart / before.apart, now.middle);
      before = now;
    },
    false,
  );
  on("touchend", () => (before = null));
  on("touchcancel", () => (before = null));
}
