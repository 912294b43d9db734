/**
 * What was run, newest first, as this browser remembers it: enough to draw a row and to put everything back. The results
 * themselves stay with the server, under their keys.
 */
import { create } from "zustand";
import type { Verdict } from "../kinds/types";
import { thumbnailOf, type Thumbnail } from "../kinds/thumbnail";
import { decodeAddress, encodeAddress } from "./address";
import { recall, remember } from "./memory";
import { promptText, readMessages } from "./prompt";
import { runPanels } from "./runner";
import { useRuns, type PanelRun } from "./runs";
import { applyAddress, currentAddress } from "./snapshot";
import { useWorkspace } from "./workspace";

export interface Remembered {
  /** The key of the result. */
  key: string;
  method: string;
  title: string;
  /** How the prompt begins. */
  prompt: string;
  model: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The worst of the checks; null without one. */
  verdict: Verdict | null;
  /** The whole state of the workbench. */
  address: string;
  thumbnail: Thumbnail | null;
}

interface History {
  rows: Remembered[];
  clear: () => void;
}

const MOST = 120;
/** Characters of addresses kept in all: a browser stores no more than a few megabytes. */
const MOST_CHARACTERS = 1_000_000;
const PROMPT = 80;

export const useHistory = create<History>()((set) => ({
  rows: recall<Remembered[]>("history", []).filter((row) => typeof row?.key === "string"),
  clear: () => {
    set({ rows: [] });
    remember("history", []);
  },
}));

const WORST: readonly Verdict[] = ["fail", "warn", "ok", "info"];

/** Remember a finished run of a panel, at the top; the same result is there only once. */
function add(run: PanelRun, panelTitle: (method: string) => string): void {
  const { shown } = run;
  if (!shown || shown.partial) return;
  const { document, request } = shown;
  const asked = request.messages ?? request.prompt ?? request.clean ?? "";
  const text = typeof asked === "string" ? asked : promptText(readMessages(asked) ?? "");
  const verdicts = document.checks.map(({ verdict }) => verdict);
  const row: Remembered = {
    key: document.key,
    method: document.method,
    title: panelTitle(document.method),
    prompt: text.slice(0, PROMPT),
    model: document.model.id,
    at: Date.now(),
    verdict: WORST.find((verdict) => verdicts.includes(verdict)) ?? null,
    address: encodeAddress(currentAddress()),
    thumbnail: thumbnailOf(document),
  };
  const rows = fitting([row, ...useHistory.getState().rows.filter(({ key }) => key !== row.key)]);
  useHistory.setState({ rows });
  remember("history", rows);
}

/** The newest rows, as far as there is room. */
function fitting(rows: Remembered[]): Remembered[] {
  let characters = 0;
  return rows.slice(0, MOST).filter(({ address }) => (characters += address.length) <= MOST_CHARACTERS);
}

/** Remember every run that finishes from now on. */
export function recordHistory(titleOf: (method: string) => string): () => void {
  return useRuns.subscribe(({ runs }, { runs: before }) => {
    for (const [uid, run] of Object.entries(runs))
      if (run.status === "done" && run.shown?.document !== before[uid]?.shown?.document) add(run, titleOf);
  });
}

/** Put everything back as it was; the results come from where they are stored. */
export function restore(row: Remembered): void {
  const address = decodeAddress(row.address);
  if (address) applyAddress(address);
}

/** Show a stored result beside what is open. */
export function showBeside(row: Remembered): void {
  const { addPanel, keepResult } = useWorkspace.getState();
  const uid = addPanel(row.method);
  keepResult(uid, row.key);
  void runPanels([uid]);
}

/** The rows of one day each, newest first. */
export function byDay(rows: readonly Remembered[]): { day: string; rows: Remembered[] }[] {
  const days = new Map<string, Remembered[]>();
  for (const row of rows) {
    const day = new Date(row.at).toDateString();
    const known = days.get(day);
    if (known) known.push(row);
    else days.set(day, [row]);
  }
  return [...days].map(([day, own]) => ({ day, rows: own }));
}

/** Rows that hold every word of a search. */
export function searchHistory(rows: readonly Remembered[], search: string): Remembered[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ title, prompt, model }) => {
    const text = `${title} ${prompt} ${model}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
