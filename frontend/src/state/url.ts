/** The address bar. No other file reads or writes the location or the history of the page. */
import { useSyncExternalStore } from "react";
import { decodeAddress, encodeAddress } from "./address";
import { applyAddress, currentAddress, forgetPast, recordState, structure } from "./snapshot";
import { selection } from "./selection";
import { useWorkspace } from "./workspace";

const WORKBENCH = "/";
const listeners = new Set<() => void>();
const notify = () => listeners.forEach((listener) => listener());

export const usePath = (): string =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => location.pathname,
  );

/** Go to another page of the application. */
export function navigate(href: string): void {
  if (href === location.pathname + location.hash) return;
  history.pushState(null, "", href);
  notify();
  window.scrollTo(0, 0);
}

/** A path of this server as a link that can be sent to others. */
export const absolute = (path: string): string => new URL(path, location.origin).href;

export const origin = (): string => location.origin;

/** The state as the workbench opens it from its address; empty on the untouched first screen. */
let untouched: string | null = null;

function fragment(): string {
  const encoded = encodeAddress(currentAddress());
  return encoded === untouched ? "" : `#${encoded}`;
}

export const workbenchHref = (): string => WORKBENCH + fragment();

/** Whether the address asks for nothing: the first screen is to be shown. */
export const asksForNothing = (): boolean => decodeAddress(location.hash) === null;

/** Declare the present state to be the first screen, which has the bare address. */
export function markUntouched(): void {
  untouched = encodeAddress(currentAddress());
  forgetPast();
}

/** What the address says now. */
const addressed = () => decodeAddress(location.hash) ?? (untouched === null ? null : decodeAddress(untouched));

/** Write the state: a new selection replaces the entry in the browser's history, anything else makes one. */
export function writeAddress(entry: "new" | "same" = "new"): void {
  recordState();
  if (location.pathname !== WORKBENCH) return;
  const next = fragment();
  if (next === location.hash) return;
  const before = addressed();
  const push = entry === "new" && before !== null && structure(before) !== structure(currentAddress());
  history[push ? "pushState" : "replaceState"](null, "", WORKBENCH + location.search + next);
}

/** Take over the state that the address holds; false when it holds none. */
export function readAddress(): boolean {
  const address = addressed();
  if (!address || location.pathname !== WORKBENCH) return false;
  applyAddress(address);
  return true;
}

const DEBOUNCE = 60;

/** Keep the address and the state the same, in both directions. */
export function connectAddress(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let { pin, range } = selection.get();
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(writeAddress, DEBOUNCE);
  };
  const onSelection = () => {
    const now = selection.get();
    if (now.pin === pin && now.range === range) return;
    ({ pin, range } = now);
    soon();
  };
  const onPop = () => {
    clearTimeout(timer);
    readAddress();
    notify();
  };
  const leave = [useWorkspace.subscribe(soon), selection.subscribe(onSelection)];
  window.addEventListener("popstate", onPop);
  return () => {
    clearTimeout(timer);
    leave.forEach((stop) => stop());
    window.removeEventListener("popstate", onPop);
  };
}
