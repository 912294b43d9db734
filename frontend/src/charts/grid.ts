/**
 * A grid on two stacked canvases: `base` (colours, text, axes) and `over` (hover, pin, range, focus). Hovering redraws only
 * `over`. A grid wider than its frame scrolls inside it; the canvases stay as wide as the frame and draw what is visible,
 * so row labels stick to the edge.
 */
import { readPalette, watchTheme, type Palette } from "./colour";
import { hit, layOut, rectOf, scrollTo, visibleColumns, type Layout, type Mark } from "./layout";
import { drawBase, drawOver, fonts, type GridData, type Marks, type PixelCache } from "./paint";
import { hideTip, showTip } from "./tip";

export interface PinGesture {
  /** Shift: extend the range to here. */
  extend: boolean;
}

export interface GridOptions {
  upward?: boolean;
  cellWidth: { min: number; max: number };
  cellHeight: number;
  gap?: number;
  onHover?: (mark: Mark | null) => void;
  onPin?: (mark: Mark, gesture: PinGesture) => void;
  /** First and last visible column, after every change. */
  onView?: (first: number, last: number, overflow: boolean) => void;
  /** At most three lines about a cell. */
  tip?: (mark: Mark) => readonly string[] | null;
}

export interface GridChart {
  update(data: GridData, options?: Partial<GridOptions>): void;
  highlight(marks: Marks): void;
  /** Brings a column into view. */
  reveal(column: number): void;
  /** Place of a cell on the screen. */
  place(mark: Mark): DOMRect | null;
  /** Shows or hides the tooltip of a cell, as hovering would. */
  point(mark: Mark | null): void;
  destroy(): void;
}

const LONG_PRESS = 450;

export function grid(element: HTMLElement, first: GridData, given: GridOptions): GridChart {
  let data = first;
  let options = given;
  let marks: Marks = {};
  let palette: Palette = readPalette(element);
  let layout: Layout = measure();
  let cache: PixelCache = null;
  let frame = 0;
  let baseDirty = false;
  let hovered: Mark | null = null;
  let revealed: number | null = null;

  const scroller = document.createElement("div");
  const spacer = document.createElement("div");
  const stage = document.createElement("div");
  const [base, over] = [document.createElement("canvas"), document.createElement("canvas")];
  scroller.className = "chart-scroll";
  stage.className = "chart-stage";
  for (const canvas of [base, over]) {
    canvas.setAttribute("aria-hidden", "true");
    stage.append(canvas);
  }
  spacer.append(stage);
  scroller.append(spacer);
  element.append(scroller);

  const gap = () => options.gap ?? 2;

  function measure(): Layout {
    const context = document.createElement("canvas").getContext("2d");
    let widest = 0;
    if (context) {
      context.font = fonts(palette).strong;
      for (const label of data.rowLabels) widest = Math.max(widest, context.measureText(label).width);
    }
    return layOut({
      width: element.clientWidth,
      rows: data.rows,
      columns: data.columns,
      upward: options.upward ?? true,
      gutter: Math.min(88, Math.ceil(widest) + 12),
      axis: data.columnLabels ? 32 : data.columnIndices ? 18 : 0,
      cellWidth: options.cellWidth,
      cellHeight: options.cellHeight,
    });
  }

  function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    const [width, height] = [Math.round(layout.stage * ratio), Math.round(layout.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${layout.stage}px`;
      canvas.style.height = `${layout.height}px`;
    }
    const drawing = canvas.getContext("2d");
    drawing?.setTransform(ratio, 0, 0, ratio, 0, 0);
    // No ligatures: "<|" are two characters of a token, not an arrow.
    if (drawing) drawing.textRendering = "optimizeSpeed";
    return drawing;
  }

  function draw() {
    const scroll = scroller.scrollLeft;
    if (baseDirty) {
      baseDirty = false;
      const drawing = context(base);
      if (drawing) cache = drawBase(drawing, { data, layout, palette, scroll, gap: gap(), cache });
    }
    const drawing = context(over);
    if (drawing) drawOver(drawing, { data, layout, palette, scroll, gap: gap(), marks });
  }

  function schedule(withBase: boolean) {
    baseDirty ||= withBase;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  }

  function resize() {
    layout = measure();
    spacer.style.width = `${layout.stage + layout.overflow}px`;
    spacer.style.height = `${layout.height}px`;
    stage.style.width = `${layout.stage}px`;
    stage.style.height = `${layout.height}px`;
    scroller.classList.toggle("scrolls", layout.overflow > 0);
    baseDirty = true;
    draw();
    viewed();
  }

  function reveal(column: number) {
    revealed = column;
    const wanted = scrollTo(layout, column, scroller.scrollLeft);
    if (wanted !== scroller.scrollLeft) scroller.scrollLeft = wanted;
  }

  function viewed() {
    const [from, to] = visibleColumns(layout, scroller.scrollLeft);
    options.onView?.(from, to, layout.overflow > 0);
  }

  function at(event: MouseEvent): Mark | null {
    const box = stage.getBoundingClientRect();
    return hit(layout, event.clientX - box.left, event.clientY - box.top, scroller.scrollLeft);
  }

  function hover(mark: Mark | null) {
    if (mark?.row === hovered?.row && mark?.column === hovered?.column) return;
    hovered = mark;
    point(mark);
    options.onHover?.(mark);
  }

  function place(mark: Mark): DOMRect | null {
    const rect = rectOf(layout, mark, scroller.scrollLeft);
    const box = stage.getBoundingClientRect();
    return rect && new DOMRect(box.left + rect.x, box.top + rect.y, rect.width, rect.height);
  }

  function point(mark: Mark | null, now = false) {
    const lines = mark && options.tip?.(mark);
    const anchor =
      mark &&
      (place(
        mark.row == null ? { row: layout.upward ? 0 : layout.rows - 1, column: mark.column } : mark,
      ) as DOMRect | null);
    if (lines?.length && anchor) showTip(anchor, lines, now);
    else hideTip();
  }

  let press: ReturnType<typeof setTimeout> | undefined;
  let pressed = false;
  const onMove = (event: PointerEvent) => {
    if (event.pointerType !== "touch") hover(at(event));
    else clearTimeout(press);
  };
  const onDown = (event: PointerEvent) => {
    pressed = false;
    if (event.pointerType !== "touch") return;
    const mark = at(event);
    press = setTimeout(() => {
      pressed = true;
      hover(mark);
    }, LONG_PRESS);
  };
  const onLeave = () => {
    clearTimeout(press);
    hover(null);
  };
  const onClick = (event: MouseEvent) => {
    clearTimeout(press);
    if (pressed) return;
    const mark = at(event);
    if (mark) options.onPin?.(mark, { extend: event.shiftKey });
  };
  const onScroll = () => {
    hideTip();
    schedule(true);
    viewed();
  };
  stage.addEventListener("pointermove", onMove);
  stage.addEventListener("pointerdown", onDown);
  stage.addEventListener("pointerleave", onLeave);
  stage.addEventListener("pointercancel", onLeave);
  stage.addEventListener("click", onClick);
  scroller.addEventListener("scroll", onScroll, { passive: true });

  const observer = new ResizeObserver(() => {
    if (element.clientWidth === layout.width) return;
    resize();
    if (revealed != null) reveal(revealed);
  });
  observer.observe(element);
  const unwatch = watchTheme(() => {
    palette = readPalette(element);
    schedule(true);
  });
  resize();

  return {
    update(next, changed) {
      data = next;
      if (changed) options = { ...options, ...changed };
      palette = readPalette(element);
      resize();
    },
    highlight(next) {
      marks = next;
      schedule(false);
    },
    reveal,
    place,
    point: (mark) => point(mark, true),
    destroy() {
      cancelAnimationFrame(frame);
      clearTimeout(press);
      hideTip();
      observer.disconnect();
      unwatch();
      scroller.remove();
    },
  };
}
