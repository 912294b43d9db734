import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";
import { announce } from "../../ui/live";

interface SpotKeysProps {
  label: string;
  count: number;
  /** The spot that the keyboard is at. */
  current: number;
  /** Whether it is among those selected. */
  picked: boolean;
  /** A sentence about a spot. */
  text: (spot: number) => string;
  /** Where an arrow, Home or End leads; null for keys that move nothing. */
  move: (key: string, from: number) => number | null;
  onMove: (spot: number) => void;
  /** Enter: pin and unpin. */
  onToggle: (spot: number) => void;
  /** Space: select and deselect. */
  onPick: (spot: number) => void;
  /** Any other key; true when it did something. */
  onKey?: (key: string) => boolean;
  /** The spot that has the keyboard's focus, or none. */
  onFocus: (spot: number | null) => void;
  /** Where a spot is on the screen. */
  place: (spot: number) => DOMRect | null;
  /** The figure, which assistive technology does not read. */
  children: ReactNode;
}

/**
 * The keyboard of a drawing whose parts stand anywhere: points, nodes. One tab stop: an option of a list, laid over the
 * drawn part, that mirrors it in words.
 */
export function SpotKeys(props: SpotKeysProps) {
  const { label, count, current, picked, text, move, onMove, onToggle, onPick, onKey, onFocus, place, children } =
    props;
  const host = useRef<HTMLDivElement>(null);
  const option = useRef<HTMLDivElement>(null);
  const spot = Math.min(current, count - 1);

  useEffect(() => {
    const rect = spot < 0 ? null : place(spot);
    const box = host.current?.getBoundingClientRect();
    if (!rect || !box || !option.current) return;
    Object.assign(option.current.style, {
      left: `${Math.max(0, Math.min(box.width - rect.width, rect.left - box.left))}px`,
      top: `${Math.max(0, Math.min(box.height - rect.height, rect.top - box.top))}px`,
      width: `${rect.width}px`,
      height: `${rect.height}px`,
    });
  });

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.metaKey || event.ctrlKey || spot < 0) return;
    const handled = act(event.key);
    if (handled) event.preventDefault();
  }

  function act(key: string): boolean {
    if (key === "Enter") onToggle(spot);
    else if (key === " ") onPick(spot);
    else {
      const next = move(key, spot);
      if (next === null) return onKey?.(key) ?? false;
      onMove(next);
      onFocus(next);
      announce(text(next));
    }
    return true;
  }

  return (
    <div ref={host} className="grid-keys" role="listbox" aria-label={label} aria-multiselectable="true">
      <div
        ref={option}
        role="option"
        tabIndex={0}
        className="grid-cell"
        aria-selected={picked}
        aria-posinset={spot + 1}
        aria-setsize={count}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && onFocus(spot)}
        onBlur={() => onFocus(null)}
      >
        {spot < 0 ? "" : text(spot)}
      </div>
      <div aria-hidden="true" className="grid-figure">
        {children}
      </div>
    </div>
  );
}
