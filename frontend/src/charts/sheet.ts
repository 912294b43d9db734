/** What a grid had drawn, kept while it moves: it is shown where its cells are now, until they are drawn anew. */
import { bodyOf, columnX, topY, type Layout, type Point } from "./layout";

/** How cells were laid out and scrolled. */
export interface Shown {
  layout: Layout;
  scroll: Point;
}

export interface Sheet extends Shown {
  canvas: HTMLCanvasElement;
}

/** A copy of what is on a canvas. */
export function keepSheet(canvas: HTMLCanvasElement, shown: Shown | null): Sheet | null {
  if (!shown || canvas.width === 0 || canvas.height === 0) return null;
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  return { canvas: copy, ...shown };
}

/** Draws a sheet where its cells are now. Room between rows does not grow as cells do: such a sheet is only ever moved. */
export function drawSheet(context: CanvasRenderingContext2D, { canvas, ...before }: Sheet, { layout, scroll }: Shown) {
  if (layout !== before.layout && (layout.above || before.layout.above)) return;
  const ratio = canvas.width / before.layout.stage.width;
  const body = bodyOf(before.layout);
  const scale = {
    x: layout.cell.width / before.layout.cell.width,
    y: layout.cell.height / before.layout.cell.height,
  };
  context.imageSmoothingEnabled = false;
  context.drawImage(
    canvas,
    body.x * ratio,
    body.y * ratio,
    body.width * ratio,
    body.height * ratio,
    columnX(layout, 0, scroll) + before.scroll.x * scale.x,
    topY(layout, 0, scroll) + before.scroll.y * scale.y,
    body.width * scale.x,
    body.height * scale.y,
  );
}
