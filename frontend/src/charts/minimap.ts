/** All cells in a strip, and in it what of them is in the frame. A press or a drag goes there. */
import { bodyOf, clamp, type Layout, type Point } from "./layout";
import type { Pixels } from "./pixels";

export interface Minimap {
  show(pixels: Pixels, layout: Layout): void;
  move(layout: Layout, scroll: Point): void;
  hide(): void;
}

const HEIGHT = { least: 16, most: 40 };

export function createMinimap(parent: HTMLElement, scrollTo: (point: Point) => void): Minimap {
  const box = document.createElement("div");
  const canvas = document.createElement("canvas");
  const window = document.createElement("div");
  box.className = "chart-map";
  box.hidden = true;
  window.className = "chart-map-window";
  canvas.setAttribute("aria-hidden", "true");
  box.append(canvas, window);
  parent.append(box);
  let shown: Layout | null = null;
  let drawn: Pixels | null = null;

  const go = (event: PointerEvent) => {
    if (!shown || (event.type === "pointermove" && (event.buttons & 1) === 0)) return;
    const { left, top, width, height } = box.getBoundingClientRect();
    const { content, room } = shown;
    scrollTo({
      x: ((event.clientX - left) / width) * content.width - room.width / 2,
      y: ((event.clientY - top) / height) * content.height - room.height / 2,
    });
  };
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    go(event);
  });
  box.addEventListener("pointermove", go);

  return {
    show(pixels, layout) {
      shown = layout;
      const body = bodyOf(layout);
      const [width, height] = [body.width, clamp(layout.rows * 2, HEIGHT.least, HEIGHT.most)];
      box.hidden = false;
      box.style.marginLeft = `${body.x}px`;
      box.style.width = `${width}px`;
      box.style.height = `${height}px`;
      if (drawn === pixels && canvas.width === Math.round(width)) return;
      drawn = pixels;
      canvas.width = Math.round(width);
      canvas.height = height;
      const context = canvas.getContext("2d");
      if (!context) return;
      // Blocks stay blocks; where there are more of them than pixels, they are mixed.
      context.imageSmoothingEnabled = pixels.canvas.width > canvas.width;
      context.drawImage(pixels.canvas, 0, 0, canvas.width, canvas.height);
    },
    move({ content, room }, scroll) {
      const share = (part: number, whole: number) => `${clamp((100 * part) / (whole || 1), 0, 100)}%`;
      Object.assign(window.style, {
        left: share(scroll.x, content.width),
        top: share(scroll.y, content.height),
        width: share(room.width, content.width),
        height: share(room.height, content.height),
      });
    },
    hide() {
      shown = null;
      box.hidden = true;
    },
  };
}
