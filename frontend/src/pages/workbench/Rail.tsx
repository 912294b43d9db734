import type { KeyboardEvent, PointerEvent, ReactNode } from "react";
import { RAIL, useLayout, type Side } from "../../state/layout";
import { t } from "../../ui/i18n";
import "./Rail.css";

const STEP = 16;

interface RailProps {
  side: Side;
  label: string;
  inert: boolean;
  children: ReactNode;
}

/** A column beside the panels: collapses, and is as wide as its edge is dragged. */
export function Rail({ side, label, inert, children }: RailProps) {
  const width = useLayout((layout) => layout.width[side]);
  const setWidth = useLayout((layout) => layout.setWidth);
  const toward = side === "left" ? 1 : -1;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    setWidth(side, side === "left" ? event.clientX : window.innerWidth - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: STEP * toward, ArrowLeft: -STEP * toward }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setWidth(side, width + step);
  };
  return (
    <aside className={`rail rail-${side}`} style={{ width }} aria-label={label} inert={inert}>
      {children}
      {/* A separator that can be moved is a widget, and takes the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className="rail-edge"
        role="separator"
        aria-orientation="vertical"
        aria-label={t("app.rail.edge", { name: label })}
        aria-valuenow={width}
        aria-valuemin={RAIL.least}
        aria-valuemax={RAIL.most}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
      />
    </aside>
  );
}
