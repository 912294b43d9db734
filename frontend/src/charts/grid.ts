/**
 * A grid on two stacked canvases: `base` (colours, text, axes) and `over` (hover, pins, range, focus). Hovering redraws only
 * `over`. Cells that do not fit scroll inside the frame, and can be zoomed and dragged; while they move, a grid of many cells
 * shows what it had drawn before, moved and scaled, and is drawn anew once it is still.
 */
import { axisHeight, drawAxes, gutterWidth } from "./axes";
import { readPalette, watchTheme, type Palette } from "./colour";
import { spotAt, type Spot } from "./gaps";
import { listenTo, type Gesture } from "./gestures";
import {
  bodyOf,
  held,
  hit,
  hitName,
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
  /** Has a map when there is much outside the frame; `within` the height that the frame may have. */
  map?: boolean | "within";
  /** The wheel zooms by itself. */
  wheel?: boolean;
  /** Takes more of the height it may have when cells are enlarged. */
  grows?: boolean;
  /** Begins with all cells in the frame. */
  fitted?: boolean;
  onHover?: (mark: Mark | null) => void;
  onPin?: (mark: Mark, gesture: Gesture) => void;
  /** A press on the name of a row. */
  onName?: (row: number) => void;
  /** A press on what stands between rows. */
  onBetween?: (spot: Spot) => void;
  onView?: (view: GridView) => void;
  /** What a drag that begins on a cell carries; null where it moves the cells. */
  onDrag?: (from: Mark) => CellDrag | null;
  /** At most three lines about a cell. */
  tip?: (mark: Mark) => readonly string[] | null;
}

/** A drag from cell to cell. */
export interface CellDrag {
  /** The pointer is at a point of the figure, and in a cell or in none. */
  move: (to: Mark | null, point: Point) => void;
  drop: () => void;
  cancel: () => void;
}

export interface GridChart {
  update(data: GridData, options?: Partial<GridOptions>): void;
  highlight(marks: Marks): void;
  /** Draws anew what lies above the cells. */
  redraw(): void;
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

/** Height of a map, with the room around it. */
const MAP_ROOM = 48;
/** So long after the last movement a grid is still. */
const IDLE = 120;
/** So many cells are drawn in a few milliseconds: as well while they move. */
const QUICK = 320;

export function grid(element: HTMLElement, first: GridData, given: GridOptions): GridChart {
  let data = first;
  let options = given;
  let marks: Marks = {};
  let palette: Palette = readPalette(element);
  let [width, most] = [0, 0];
  let zoom = given.fitted ? 0 : 1;
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
    [width, most] = [element.clientWidth, stage.mostHeight()];
    const context = stage.base.getContext("2d");
    const axis = axisHeight(data);
    const input = {
      width,
      frame: Math.max(1, most - PAD - axis - stage.bar),
      rows: data.rows,
      columns: data.columns,
      upward: options.upward ?? true,
      gutter: context ? gutterWidth(context, data, fonts(palette).strong) : 0,
      axis,
      sizes: options.sizes,
      zoom: options.zooms ? zoom : 1,
      gaps: data.between?.gaps,
      grows: options.grows,
    };
    const found = layOut(input);
    // A bar for scrolling rows takes room from the columns, and a map may take some from the rows.
    const bar = found.overflow.y > 0 ? stage.bar : 0;
    const mapped = options.map === "within" && needsMap(found) ? MAP_ROOM : 0;
    return bar + mapped > 0 ? layOut({ ...input, width: width - bar, frame: input.frame - mapped }) : found;
  }

  const view = (moving = false): View => ({ data, layout, palette, scroll, gap: options.gap ?? 1, moving });

  function drawBase(moving = false) {
    const context = contextOf(stage.base, layout);
    if (!context) return;
    const now = view(moving);
    context.clearRect(0, 0, layout.stage.width, layout.stage.height);
    inBody(context, layout, () => {
      const image = isImage(now) ? imageNow() : null;
      if (image) drawPixels(context, image, layout, scroll);
      else drawCells(context, now);
      data.between?.draw(context, now);
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
      if (layout.above) data.between?.draw(context, view(true));
    });
    drawAxes(context, view());
  }

  function drawFrame() {
    frame = 0;
    scroll = stage.scroll();
    const moved = drawn?.layout !== layout || drawn.scroll.x !== scroll.x || drawn.scroll.y !== scroll.y;
    if (!moved && !sheet) return;
    const quick = isImage({ data, layout, scroll }) || visibleCells(layout, scroll) <= QUICK;
    if (quick) drawBase(true);
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
    const before = width;
    layout = measure();
    arrange();
    if (revealed && width !== before) reveal(revealed);
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
    const pooled = data.pooled !== undefined && isImage({ data, layout, scroll });
    options.onView?.(viewOf(layout, scroll, { zooms: options.zooms ?? false, pooled, still }));
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

  /** The pointer is between rows, or on the name of one. */
  function hoverBeside(at: Point) {
    const named = options.onName && hitName(layout, at, scroll) !== null;
    stage.surface.style.cursor = named ? "pointer" : "";
    const spot = spotAt(layout, at, scroll, PAD);
    const said = spot && data.between?.tip(spot, view());
    if (!said) return;
    const { left, top } = stage.surface.getBoundingClientRect();
    showTip(new DOMRect(left + said.rect.x, top + said.rect.y, said.rect.width, said.rect.height), said.lines);
  }

  function pressBeside(at: Point) {
    const row = hitName(layout, at, scroll);
    const spot = spotAt(layout, at, scroll, PAD);
    if (row !== null) options.onName?.(row);
    if (spot) options.onBetween?.(spot);
  }

  const unlisten = listenTo(stage.surface, {
    hover(at) {
      const mark = at && hit(layout, at, scroll);
      hover(mark);
      if (at && !mark && (data.between ?? options.onName)) hoverBeside(at);
    },
    press(at, gesture) {
      const mark = hit(layout, at, scroll);
      if (mark) options.onPin?.(mark, gesture);
      else pressBeside(at);
    },
    zoom: zoomAt,
    wheels: () => options.wheel ?? false,
    canPan: () => layout.overflow.x + layout.overflow.y > 0,
    pan(by) {
      const from = stage.scroll();
      stage.scrollTo(held(layout, { x: from.x + by.x, y: from.y + by.y }));
    },
    grab(at) {
      const from = hit(layout, at, scroll);
      const drag = from && options.onDrag?.(from);
      if (!drag) return null;
      return {
        move(to) {
          drag.move(hit(layout, to, scroll), to);
          drawMarks();
        },
        drop() {
          drag.drop();
          drawMarks();
        },
        cancel() {
          drag.cancel();
          drawMarks();
        },
      };
    },
  });
  const onScroll = () => {
    hideTip();
    schedule();
  };
  stage.scroller.addEventListener("scroll", onScroll, { passive: true });

  const observer = new ResizeObserver(() => {
    if (element.clientWidth === width && stage.mostHeight() === most) return;
    resize();
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
    redraw: drawMarks,
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
