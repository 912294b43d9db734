/**
 * The elements of a grid: a scroller of the size of the frame, in it a spacer as large as all cells, and on that two stacked
 * canvases that stay in the frame while it is scrolled. Scrolling is the browser's own.
 */
import type { Layout, Point } from "./layout";

export interface Stage {
  scroller: HTMLElement;
  /** What the pointer moves over. */
  surface: HTMLElement;
  base: HTMLCanvasElement;
  over: HTMLCanvasElement;
  /** The most height the frame may have, as the style sheet says. */
  mostHeight(): number;
  /** How wide a scroll bar is. */
  bar: number;
  fit(layout: Layout): void;
  scroll(): Point;
  scrollTo(point: Point): void;
  remove(): void;
}

const make = (name: string, className: string, parent: HTMLElement) => {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
};

export function createStage(parent: HTMLElement): Stage {
  const scroller = make("div", "chart-scroll", parent);
  const spacer = make("div", "chart-spacer", scroller);
  const surface = make("div", "chart-stage", spacer);
  const [base, over] = ["base", "over"].map((name) => make("canvas", name, surface) as HTMLCanvasElement);
  for (const canvas of [base, over]) canvas.setAttribute("aria-hidden", "true");

  scroller.style.overflow = "scroll";
  const bar = scroller.offsetWidth - scroller.clientWidth;
  scroller.style.overflow = "";

  function fit({ stage, overflow }: Layout) {
    spacer.style.width = `${stage.width + overflow.x}px`;
    spacer.style.height = `${stage.height + overflow.y}px`;
    surface.style.width = `${stage.width}px`;
    surface.style.height = `${stage.height}px`;
    scroller.style.width = `${stage.width + (overflow.y > 0 ? bar : 0)}px`;
    scroller.style.height = `${stage.height + (overflow.x > 0 ? bar : 0)}px`;
    scroller.classList.toggle("scrolls", overflow.x + overflow.y > 0);
  }

  return {
    scroller,
    surface,
    base,
    over,
    mostHeight: () => Number.parseFloat(getComputedStyle(scroller).maxHeight) || Infinity,
    bar,
    fit,
    scroll: () => ({ x: Math.round(scroller.scrollLeft), y: Math.round(scroller.scrollTop) }),
    scrollTo({ x, y }) {
      if (Math.round(scroller.scrollLeft) !== x) scroller.scrollLeft = x;
      if (Math.round(scroller.scrollTop) !== y) scroller.scrollTop = y;
    },
    remove: () => scroller.remove(),
  };
}

/** The drawing context of a canvas that fills the stage, at the resolution of the screen, capped at 2. */
export function contextOf(canvas: HTMLCanvasElement, { stage }: Layout): CanvasRenderingContext2D | null {
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  const [width, height] = [Math.round(stage.width * ratio), Math.round(stage.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${stage.width}px`;
    canvas.style.height = `${stage.height}px`;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  // No ligatures: "<|" are two characters of a token, not an arrow.
  if (context) context.textRendering = "optimizeSpeed";
  return context;
}
