/**
 * A grid on two stacked canvases: `base` (colours, text, axes) and `over` (hover, pins, range, focus). Hovering redraws only
 * `over`. Cells that do not fit scroll inside the frame, and can be zoomed and dragged; while they move, a grid of many cells
 * shows what it had drawn before, moved and scaled, and is drawn anew once it is still.
 */
import { axisHeight, drawAxes, gutterWidth } from "./axes";
import { readPalette, watchTheme, type Palette } from "./colour";
import { listenTo, type Gesture } from "./gestures";
import {
  bodyOf,
  held,
  hit,
  layOut,
  needsMap,
  PAD,
  rectOf,
  scrollTo,
  visibleCells,
  zoomed,
  type CellSizes,
  type Layout,
  type Mark,
  type Point,
} from "./layout";
import { drawOver, type Marks } from "./marks";
import { createMinimap } from "./minimap";
import { drawCells, inBody, isImage, type GridData, type View } from "./paint";
import { drawPixels, pixelsOf, type Pixels } from "./pixels";
import { drawSheet, keepSheet, type Sheet, type Shown } from "./sheet";
import { contextOf, createStage } from "./stage";
import { fonts } from "./text";
import { hideTip, showTip } from "./tip";
import { viewOf, type GridView } from "./view";

export type { Gesture } from "./gestures";
export type { GridView } from "./view";

export interface GridOptions {
  upward?: boolean;
  sizes: CellSizes;
  gap?: number;
  /** May be zoomed. */
  zooms?: boolean;
  /** Has a map when there is much outside the frame. */
  map?: boolean;
  onHover?: (mark: Mark | null) => void;
  onPin?: (mark: Mark, gesture: Gesture) => void;
  onView?: (view: GridView) => void;
  /** At most three lines about a cell. */
  tip?: (mark: Mark) => readonly string[] | null;
}

export interface GridChart {
  update(data: GridData, options?: Partial<GridOptions>): void;
  highlight(marks: Marks): void;
  /** Brings a cell, a row or a column into view. */
  reveal(mark: Mark): void;
  /** Place of a cell on the screen. */
  place(mark: Mark): DOMRect | null;
  /** Shows or hides the tooltip of a cell, as hovering would. */
  point(mark: Mark | null): void;
  /** Larger or smaller by a factor, at a cell or else in the middle; or all cells into the frame. */
  zoom(factor: number | "fit", at?: Mark | null): void;
  destroy(): void;
}

/** Back at the first size after as many steps in as out. */
const atFirst = (zoom: number) => (Math.abs(zoom - 1) < 0.01 ? 1 : zoom);

/** So long after the last movement a grid is still. */
const IDLE = 120;
/** So many cells are drawn in a few milliseconds: as well while they move. */
const QUICK = 320;

export function grid(element: HTMLElement, first: GridData, given: GridOptions): GridChart {
  let data = first;
  let options = given;
  let marks: Marks = {};
  let palette: Palette = readPalette(element);
  let width = 0;
  let zoom = 1;
  let pixels: Pixels | null = null;
  let sheet: Sheet | null = null;
  let drawn: Shown | null = null;
  let frame = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let hovered: Mark | null = null;
  let revealed: Mark | null = null;
  const stage = createStage(element);
  const map = createMinimap(element, (point) => stage.scrollTo(held(layout, point)));
  let layout = measure();
  let scroll = stage.scroll();

  function measure(): Layout {
    width = element.clientWidth;
    const context = stage.base.getContext("2d");
    const axis = axisHeight(data);
    const input = {
      width,
      frame: Math.max(1, stage.mostHeight() - PAD - axis - stage.bar),
      rows: data.rows,
      columns: data.columns,
      upward: options.upward ?? true,
      gutter: context ? gutterWidth(context, data, fonts(palette).strong) : 0,
      axis,
      sizes: options.sizes,
      zoom: options.zooms ? zoom : 1,
    };
    const found = layOut(input);
    // A bar for scrolling rows takes room from the columns.
    return found.overflow.y > 0 ? layOut({ ...input, width: input.width - stage.bar }) : found;
  }

  const view = (): View => ({ data, layout, palette, scroll, gap: options.gap ?? 1 });

  function drawBase() {
    const context = contextOf(stage.base, layout);
    if (!context) return;
    const now = view();
    context.clearRect(0, 0, layout.stage.width, layout.stage.height);
    inBody(context, layout, () => {
      const image = isImage(now) ? imageNow() : null;
      if (image) drawPixels(context, image, layout, scroll);
      else drawCells(context, now);
    });
    drawAxes(context, now);
    drawn = { layout, scroll };
  }

  function imageNow(): Pixels | null {
    return data.paint ? null : (pixels = pixelsOf(data, layout, palette, pixels));
  }

  function drawMarks() {
    const context = contextOf(stage.over, layout);
    if (context) drawOver(context, view(), marks);
  }

  /** While moving: blocks of colour, and on them what was drawn before, where it belongs now. */
  function drawMoving() {
    sheet ??= keepSheet(stage.base, drawn);
    const context = contextOf(stage.base, layout);
    if (!context) return;
    context.clearRect(0, 0, layout.stage.width, layout.stage.height);
    inBody(context, layout, () => {
      const image = imageNow();
      if (image) drawPixels(context, image, layout, scroll);
      if (sheet) drawSheet(context, sheet, { layout, scroll });
    });
    drawAxes(context, view());
  }

  function drawFrame() {
    frame = 0;
    scroll = stage.scroll();
    const moved = drawn?.layout !== layout || drawn.scroll.x !== scroll.x || drawn.scroll.y !== scroll.y;
    if (!moved && !sheet) return;
    const quick = isImage({ data, layout, scroll }) || visibleCells(layout, scroll) <= QUICK;
    if (quick) drawBase();
    else drawMoving();
    drawMarks();
    map.move(layout, scroll);
    clearTimeout(idle);
    idle = setTimeout(settle, IDLE);
    tell(false);
  }

  function settle() {
    sheet = null;
    drawBase();
    drawMarks();
    tell(true);
  }

  function resize() {
    layout = measure();
    arrange();
    clearTimeout(idle);
    settle();
  }

  /** Makes the elements as large as the layout says. */
  function arrange() {
    stage.fit(layout);
    scroll = stage.scroll();
    const image = options.map && needsMap(layout) ? imageNow() : null;
    if (image) map.show(image, layout);
    else map.hide();
    map.move(layout, scroll);
  }

  function tell(still: boolean) {
    options.onView?.(viewOf(layout, scroll, options.zooms ?? false, still));
  }

  function zoomAt(factor: number | "fit", point: Point) {
    if (!options.zooms) return;
    // Nothing is smaller than what fits, and that is kept to when the frame changes.
    zoom = factor === "fit" ? 0 : atFirst(layout.zoom * factor);
    const next = zoomed(layout, zoom, point, stage.scroll());
    if (next.layout.zoom === layout.zoom) return;
    layout = next.layout;
    arrange();
    stage.scrollTo(next.scroll);
    hideTip();
    schedule();
  }

  function schedule() {
    frame ||= requestAnimationFrame(drawFrame);
  }

  function reveal(mark: Mark) {
    revealed = mark;
    stage.scrollTo(scrollTo(layout, mark, stage.scroll()));
  }

  function hover(mark: Mark | null) {
    if (mark?.row === hovered?.row && mark?.column === hovered?.column) return;
    hovered = mark;
    point(mark);
    options.onHover?.(mark);
  }

  function place(mark: Mark): DOMRect | null {
    const rect = rectOf(layout, mark, stage.scroll());
    const box = stage.surface.getBoundingClientRect();
    return rect && new DOMRect(box.left + rect.x, box.top + rect.y, rect.width, rect.height);
  }

  function point(mark: Mark | null, now = false) {
    const lines = mark && options.tip?.(mark);
    const lowest = layout.upward ? 0 : layout.rows - 1;
    const anchor = lines?.length ? place({ row: mark?.row ?? lowest, column: mark?.column ?? null }) : null;
    if (lines && anchor) showTip(anchor, lines, now);
    else hideTip();
  }

  const unlisten = listenTo(stage.surface, {
    hover: (at) => hover(at && hit(layout, at, scroll)),
    press(at, gesture) {
      const mark = hit(layout, at, scroll);
      if (mark) options.onPin?.(mark, gesture);
    },
    zoom: zoomAt,
    canPan: () => layout.overflow.x + layout.overflow.y > 0,
    pan(by) {
      const from = stage.scroll();
      stage.scrollTo(held(layout, { x: from.x + by.x, y: from.y + by.y }));
    },
  });
  const onScroll = () => {
    hideTip();
    schedule();
  };
  stage.scroller.addEventListener("scroll", onScroll, { passive: true });

  const observer = new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    resize();
    if (revealed) reveal(revealed);
  });
  observer.observe(element);
  const unwatch = watchTheme(() => {
    palette = readPalette(element);
    resize();
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
      drawMarks();
    },
    reveal,
    place,
    point: (mark) => point(mark, true),
    zoom(factor, at) {
      const rect = at && rectOf(layout, at, stage.scroll());
      const { x, y, ...size } = rect || bodyOf(layout);
      zoomAt(factor, { x: x + size.width / 2, y: y + size.height / 2 });
      if (rect) stage.scrollTo(scrollTo(layout, at, stage.scroll()));
    },
    destroy() {
      cancelAnimationFrame(frame);
      clearTimeout(idle);
      hideTip();
      observer.disconnect();
      unwatch();
      unlisten();
      element.replaceChildren();
    },
  };
}
