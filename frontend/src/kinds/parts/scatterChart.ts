/**
 * Points in the plane on two stacked canvases, (element, data, options) → {update, highlight, place, destroy}: points, lines
 * and axes below; hover, pin, selection and the line drawn around points above, so that hovering redraws only those.
 */
import { readPalette, watchTheme } from "../../charts/colour";
import { hideTip, showTip } from "../../charts/tip";
import { isInside } from "./scatter";
import { drawBase, drawOver, type Frame, type ScatterData, type ScatterMarks } from "./scatterPaint";

export interface ScatterOptions {
  onHover?: (point: number | null) => void;
  onPin?: (point: number, event: PointerEvent) => void;
  /** Points inside a line that was drawn around them. */
  onLasso?: (points: number[]) => void;
  tip?: (point: number) => readonly string[];
  /** About an area, by its count. */
  tipOfArea?: (count: number) => readonly string[];
}

export interface ScatterChart {
  update(data: ScatterData): void;
  highlight(marks: ScatterMarks): void;
  /** Where points are drawn, from the upper left of the drawing. */
  places(): (readonly [number, number])[];
  /** Where a point is on the screen. */
  place(point: number): DOMRect | null;
  destroy(): void;
}

const REACH = 14;
const LASSO_FROM = 6;
const BUCKET = 24;

export function scatterChart(element: HTMLElement, first: ScatterData, options: ScatterOptions): ScatterChart {
  let data = first;
  let marks: ScatterMarks = {};
  let palette = readPalette(element);
  let lasso: [number, number][] | null = null;
  let hovered: number | null = null;
  let frame = 0;
  let screen = { x: new Float64Array(0), y: new Float64Array(0) };
  let buckets = new Map<number, number[]>();
  const [base, over] = [document.createElement("canvas"), document.createElement("canvas")];
  for (const canvas of [base, over]) {
    canvas.setAttribute("aria-hidden", "true");
    element.append(canvas);
  }

  const inner = (): Frame => {
    const sides = data.plain ? { left: 8, right: 8, top: 8, bottom: 8 } : { left: 46, right: 10, top: 20, bottom: 36 };
    return {
      left: sides.left,
      top: sides.top,
      width: Math.max(1, element.clientWidth - sides.left - sides.right),
      height: Math.max(1, data.height - sides.top - sides.bottom),
    };
  };

  /** Ready to draw on, with nothing drawn. */
  function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    const [width, height] = [element.clientWidth, data.height];
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== across || canvas.height !== down) {
      canvas.width = across;
      canvas.height = down;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const drawing = canvas.getContext("2d");
    drawing?.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawing?.clearRect(0, 0, width, height);
    return drawing;
  }

  function lay() {
    const { points } = data;
    const { left, top, width, height } = inner();
    const { x: across, y: up } = points.bounds;
    screen = { x: new Float64Array(points.count), y: new Float64Array(points.count) };
    buckets = new Map();
    for (let i = 0; i < points.count; i++) {
      const x = left + ((points.x[i] - across[0]) / (across[1] - across[0])) * width;
      const y = top + height - ((points.y[i] - up[0]) / (up[1] - up[0])) * height;
      screen.x[i] = x;
      screen.y[i] = y;
      const key = Math.floor(x / BUCKET) * 4096 + Math.floor(y / BUCKET);
      const bucket = buckets.get(key);
      if (bucket) bucket.push(i);
      else buckets.set(key, [i]);
    }
  }

  function drawAll() {
    element.style.height = `${data.height}px`;
    lay();
    const drawing = context(base);
    if (drawing) drawBase(drawing, { data, palette, frame: inner(), screen });
    drawMarks();
  }

  function drawMarks() {
    const drawing = context(over);
    if (drawing) drawOver(drawing, { data, palette, screen, marks, lasso });
  }

  const schedule = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      drawMarks();
    });
  };

  function nearest(x: number, y: number): number | null {
    let [best, least] = [-1, REACH * REACH];
    const [column, row] = [Math.floor(x / BUCKET), Math.floor(y / BUCKET)];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const i of buckets.get((column + dx) * 4096 + row + dy) ?? []) {
          const distance = (screen.x[i] - x) ** 2 + (screen.y[i] - y) ** 2;
          if (distance < least) [best, least] = [i, distance];
        }
      }
    }
    return best < 0 ? null : best;
  }

  function countAt(x: number, y: number): number {
    const { density } = data;
    const { left, top, width, height } = inner();
    if (!density || x < left || x >= left + width || y < top || y >= top + height) return 0;
    const column = Math.floor(((x - left) / width) * density.columns);
    const row = density.rows - 1 - Math.floor(((y - top) / height) * density.rows);
    return density.counts[row * density.columns + column] ?? 0;
  }

  const spot = (event: MouseEvent): [number, number] => {
    const box = base.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  function hover(point: number | null) {
    if (point === hovered) return;
    hovered = point;
    options.onHover?.(point);
  }

  function showArea(event: PointerEvent) {
    const count = countAt(...spot(event));
    const { clientX: x, clientY: y } = event;
    if (count > 0) showTip({ left: x, right: x, top: y - 8, bottom: y + 12 }, options.tipOfArea?.(count) ?? []);
    else hideTip();
  }

  const onMove = (event: PointerEvent) => {
    const [x, y] = spot(event);
    if (lasso) {
      lasso.push([x, y]);
      schedule();
      return;
    }
    if (data.density) return showArea(event);
    const point = nearest(x, y);
    hover(point);
    const rect = point === null ? null : place(point);
    if (rect && point !== null) showTip(rect, options.tip?.(point) ?? []);
    else hideTip();
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType === "touch" || data.density) return;
    lasso = [spot(event)];
    element.setPointerCapture?.(event.pointerId);
  };
  const onUp = (event: PointerEvent) => {
    const line = lasso;
    lasso = null;
    if (line && reach(line) > LASSO_FROM) {
      const inside = (i: number) => isInside([screen.x[i], screen.y[i]], line);
      options.onLasso?.([...Array(data.points.count).keys()].filter(inside));
    } else if (!data.density) {
      const point = nearest(...spot(event));
      if (point !== null) options.onPin?.(point, event);
    }
    schedule();
  };
  const onLeave = () => {
    lasso = null;
    hover(null);
    hideTip();
    schedule();
  };
  const listeners = [
    ["pointermove", onMove],
    ["pointerdown", onDown],
    ["pointerup", onUp],
    ["pointerleave", onLeave],
    ["pointercancel", onLeave],
  ] as const;
  for (const [name, listener] of listeners) element.addEventListener(name, listener as EventListener);

  function place(point: number): DOMRect | null {
    if (!(point >= 0 && point < data.points.count)) return null;
    const box = base.getBoundingClientRect();
    return new DOMRect(box.left + screen.x[point] - 6, box.top + screen.y[point] - 6, 12, 12);
  }

  const observer = new ResizeObserver(drawAll);
  observer.observe(element);
  const unwatch = watchTheme(() => {
    palette = readPalette(element);
    drawAll();
  });
  drawAll();

  return {
    update(next) {
      data = next;
      drawAll();
    },
    highlight(next) {
      marks = next;
      schedule();
    },
    places: () => Array.from(screen.x, (x, i) => [x, screen.y[i]] as const),
    place,
    destroy() {
      cancelAnimationFrame(frame);
      observer.disconnect();
      unwatch();
      hideTip();
      for (const [name, listener] of listeners) element.removeEventListener(name, listener as EventListener);
      base.remove();
      over.remove();
    },
  };
}

/** How far a line leads from where it began. */
const reach = (line: readonly (readonly [number, number])[]) =>
  Math.max(...line.map(([x, y]) => Math.hypot(x - line[0][0], y - line[0][1])));
