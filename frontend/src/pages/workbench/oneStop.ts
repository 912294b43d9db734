/** A list of buttons as one stop of the Tab key: arrows, Home and End move among them. */
import { useState, type KeyboardEvent } from "react";

export interface Stop {
  tabIndex: 0 | -1;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** What makes a button of the list one of its places, by a name; `names` are those that can be seen. */
export function useOneStop(names: readonly string[]): (name: string) => Stop {
  const [last, setLast] = useState<string | null>(null);
  const current = last !== null && names.includes(last) ? last : names[0];
  return (name) => ({ tabIndex: name === current ? 0 : -1, onFocus: () => setLast(name), onKeyDown: move });
}

function move(event: KeyboardEvent<HTMLElement>): void {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const buttons = [...(event.currentTarget.closest("nav")?.querySelectorAll("button") ?? [])];
  const to = destination(event.key, buttons.indexOf(event.currentTarget as HTMLButtonElement), buttons.length);
  if (to === null) return;
  event.preventDefault();
  buttons[to].focus();
}

/** Where a key leads from a place among so many; null for a key that leads nowhere. */
export function destination(key: string, at: number, count: number): number | null {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key];
  return to === undefined || to < 0 || to >= count ? null : to;
}
