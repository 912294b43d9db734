/** The whole state as one value: to write into the address, to restore from it, and to undo. */
import type { Address } from "./address";
import { decodeAddress, encodeAddress } from "./address";
import { runPanels } from "./runner";
import { selection } from "./selection";
import { showView, viewNow } from "./strata";
import { useWorkspace } from "./workspace";

let rest: Address["rest"] = [];

export function currentAddress(): Address {
  const { panels, second, ...workspace } = useWorkspace.getState();
  const { model, prompt, side, align, firstToken, question } = workspace;
  const { pin, also, range } = selection.get();
  return {
    ...{ model, prompt, side, align, firstToken, question, pin, also, range, rest },
    second: second && { model: second.model, prompt: second.prompt },
    panels: panels.map(({ uid: _uid, ...panel }) => panel),
    view: viewNow(),
  };
}

/** Put a state in place and run what it needs. */
export function applyAddress(address: Address, title = useWorkspace.getState().title): void {
  const { pin, also, range, view, rest: unknown, second, ...workspace } = address;
  rest = unknown;
  useWorkspace
    .getState()
    .restore({ ...workspace, title, draft: address.prompt, second: second && { ...second, draft: second.prompt } });
  selection.replace(pin, range, also);
  showView(view);
  void runPanels();
}

/** The state without the selection and what is open in a view: what makes a new entry in the browser's history. */
export const structure = (address: Address): string =>
  encodeAddress({ ...address, pin: null, also: [], range: null, view: address.view.split("~")[0] });

const DEEPEST = 100;
const COALESCE = 150;
const past: string[] = [];
let latest = "";
let latestAt = 0;
let undoing = false;

/** Note the state after each change. Changes that follow each other quickly and only move the selection are one step. */
export function recordState(now = performance.now()): void {
  const next = encodeAddress(currentAddress());
  if (next === latest) return;
  const [before, after] = [decodeAddress(latest), decodeAddress(next)];
  const onlySelection = before !== null && after !== null && structure(before) === structure(after);
  const coalesced = onlySelection && now - latestAt < COALESCE;
  if (latest && !undoing && !coalesced) past.push(latest);
  if (past.length > DEEPEST) past.shift();
  [latest, latestAt] = [next, now];
}

/** Go one step back; false when there is none. */
export function undo(): boolean {
  const address = decodeAddress(past.pop() ?? "");
  if (!address) return false;
  undoing = true;
  applyAddress(address);
  recordState();
  undoing = false;
  return true;
}

/** Forget what was before: the first screen is nobody's doing. */
export function forgetPast(): void {
  past.length = 0;
  latest = encodeAddress(currentAddress());
}
