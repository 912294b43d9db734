import type { PointerEvent } from "react";
import type { PanelWidth } from "../state/workspace";

/** How far the edge must be dragged before the width changes. */
const FAR_ENOUGH = 48;

export const widthAfter = (start: PanelWidth, dragged: number): PanelWidth =>
  dragged > FAR_ENOUGH ? "full" : dragged < -FAR_ENOUGH ? "half" : start;

/** The right edge of a panel, dragged to make it half or full width. `W` and the menu do the same from the keyboard. */
export function ResizeEdge({ width, onWidth }: { width: PanelWidth; onWidth: (width: PanelWidth) => void }) {
  const onPointerDown = (press: PointerEvent<HTMLElement>) => {
    if (press.button !== 0) return;
    press.preventDefault();
    const edge = press.currentTarget;
    const start = press.clientX;
    let now = width;
    edge.setPointerCapture(press.pointerId);
    edge.dataset.dragged = "";
    const onMove = ({ clientX }: globalThis.PointerEvent) => {
      const next = widthAfter(width, clientX - start);
      if (next === now) return;
      now = next;
      onWidth(next);
    };
    const stop = () => {
      delete edge.dataset.dragged;
      edge.removeEventListener("pointermove", onMove);
      edge.removeEventListener("lostpointercapture", stop);
    };
    edge.addEventListener("pointermove", onMove);
    edge.addEventListener("lostpointercapture", stop);
  };
  return <span className="panel-edge" aria-hidden="true" onPointerDown={onPointerDown} />;
}
