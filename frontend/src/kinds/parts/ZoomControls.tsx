import { useState, type RefObject } from "react";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import type { GridHandle } from "./CanvasGrid";
import { useSettledView, type ViewStore } from "./gridView";

interface ZoomControlsProps {
  view: ViewStore;
  grid: RefObject<GridHandle | null>;
  /** Without the button that fits all cells: smaller does the same in the end. */
  compact: boolean;
}

const STEP = 1.4;

/** Smaller, larger, all of it. There only where a grid does not fit or is zoomed, or as long as they have the focus. */
export function ZoomControls({ view, grid, compact }: ZoomControlsProps) {
  const [focused, setFocused] = useState(false);
  const settled = useSettledView(view);
  if (!settled || (!settled.zoomable && !focused)) return null;
  const { canReduce, canEnlarge } = settled;
  return (
    <span
      className="zoom-controls"
      role="group"
      aria-label={t("grid.zoom")}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    >
      <IconButton
        icon="minus"
        label={t("grid.zoom.smaller")}
        shortcut="−"
        aria-disabled={!canReduce}
        onClick={() => grid.current?.zoom(1 / STEP)}
      />
      <IconButton
        icon="add"
        label={t("grid.zoom.larger")}
        shortcut="+"
        aria-disabled={!canEnlarge}
        onClick={() => grid.current?.zoom(STEP)}
      />
      {!compact && (
        <IconButton
          icon="fit"
          label={t("grid.zoom.fit")}
          shortcut="0"
          aria-disabled={!canReduce}
          onClick={() => grid.current?.zoom("fit")}
        />
      )}
    </span>
  );
}
