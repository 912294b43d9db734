/** The address bar. No other file reads or writes the location or the history of the page. */
import { useSyncExternalStore } from "react";
import { fetchDraft, storeDraft } from "../api/drafts";
import { decodeAddress, encodeAddress } from "./address";
import { isEmptyPrompt } from "./prompt";
import { useLayout } from "./layout";
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
      // The workbench hears of it too, but it may never have been opened.
      window.addEventListener("popstate", listener);
      return () => {
        listeners.delete(listener);
        window.removeEventListener("popstate", listener);
      };
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
  const { prompt, panels } = currentAddress();
  // Nothing was ever opened: the workbench is to begin with its first screen.
  if (untouched === null && isEmptyPrompt(prompt) && panels.length === 0) return "";
  const encoded = encodeAddress(currentAddress());
  return encoded === untouched ? "" : `#${encoded}`;
}

export const workbenchHref = (): string => WORKBENCH + fragment();

/** Whether the address asks for nothing, or only for a view: the first screen is to be shown. */
export const asksForNothing = (): boolean =>
  /^#?(view=[^&]*)?$/.test(location.hash) || decodeAddress(spelled(location.hash)) === null;

/** The view that the address asks for. */
export const viewAsked = (): string => addressed()?.view ?? "";

/** Declare the present state to be the first screen, which has the bare address. */
export function markUntouched(): void {
  untouched = encodeAddress({ ...currentAddress(), view: "" });
  forgetPast();
}

/** What the address says now, on whichever page. */
export const addressed = () =>
  decodeAddress(spelled(location.hash)) ?? (untouched === null ? null : decodeAddress(untouched));

/** Above this a link is stored under a short name. */
const LONGEST_LINK = 1800;
const STORED = /^#?w=([\w-]{1,64})$/;
/** What the short names stand for, as far as this page has met them. */
const stored = new Map<string, string>();

/** What the address says, with a short name replaced by what it stands for. */
const spelled = (fragment: string): string => stored.get(STORED.exec(fragment)?.[1] ?? "") ?? fragment;

/** Whether the address is a short name that this page has not met yet. */
const isShort = () => spelled(location.hash) === location.hash && STORED.test(location.hash);

/** Fetch what a short name in the address stands for. Rejects when the server does not know it. */
export async function fetchAddress(): Promise<void> {
  const id = STORED.exec(location.hash)?.[1];
  if (id && isShort()) stored.set(id, await fetchDraft(id));
}

/** Put the short name of a long address in its place, once the server has stored it and unless the state went on. */
async function shorten(long: string): Promise<void> {
  const known = [...stored].find(([, address]) => address === long)?.[0];
  const id = known ?? (await storeDraft(long).catch(() => null));
  if (id === null) return;
  stored.set(id, long);
  if (location.pathname === WORKBENCH && location.hash === `#${long}`)
    history.replaceState(null, "", `${WORKBENCH}${location.search}#w=${id}`);
}

const PAUSE = 600;
let shortening: ReturnType<typeof setTimeout> | undefined;

/** Write the state: a new selection replaces the entry in the browser's history, anything else makes one. */
export function writeAddress(entry: "new" | "same" = "new"): void {
  recordState();
  if (location.pathname !== WORKBENCH) return;
  const next = fragment();
  const now = spelled(location.hash);
  if (next === now || next === `#${now}`) return;
  const before = addressed();
  const push = entry === "new" && before !== null && structure(before) !== structure(currentAddress());
  history[push ? "pushState" : "replaceState"](null, "", WORKBENCH + location.search + next);
  clearTimeout(shortening);
  if (next.length > LONGEST_LINK) shortening = setTimeout(() => void shorten(next.slice(1)), PAUSE);
}

/** Take over the state that the address holds; false when it holds none. */
export function readAddress(): boolean {
  const address = addressed();
  if (!address || location.pathname !== WORKBENCH) return false;
  applyAddress(address);
  return true;
}

const DEBOUNCE = 60;
type ViewOf = Pick<ReturnType<typeof useLayout.getState>, "fullScreen" | "view">;

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
    const take = () => {
      readAddress();
      notify();
    };
    if (isShort()) void fetchAddress().then(take, take);
    else take();
  };
  const onLayout = (now: ViewOf, before: ViewOf) => {
    if (now.fullScreen !== before.fullScreen || now.view !== before.view) soon();
  };
  const leave = [useWorkspace.subscribe(soon), selection.subscribe(onSelection), useLayout.subscribe(onLayout)];
  window.addEventListener("popstate", onPop);
  return () => {
    clearTimeout(timer);
    leave.forEach((stop) => stop());
    window.removeEventListener("popstate", onPop);
  };
}
