/** The run of each panel: what was asked, how far it is, what came back. A late reply never replaces a newer request. */
import { create } from "zustand";
import { asProblem, isAbort, type ApiProblem } from "../api/client";
import { runMethod } from "../api/runs";
import type { MethodRequest, RunProgress } from "../api/types";
import type { ResultDocument } from "../kinds/types";
import { canonical } from "./request";

export type RunStatus = "waiting" | "queued" | "running" | "lost" | "done" | "failed" | "cancelled";

export interface PanelRun {
  uid: string;
  status: RunStatus;
  request: MethodRequest;
  /** When the request was made, in milliseconds of the page's clock. */
  started: number;
  queue: { position: number | null; eta: number | null } | null;
  progress: RunProgress | null;
  problem: ApiProblem | null;
  /** The newest result, with the request it answers; kept while another is on its way. */
  shown: { document: ResultDocument; request: MethodRequest; cached: boolean; partial: boolean } | null;
}

interface Runs {
  runs: Record<string, PanelRun>;
  start: (uid: string, method: string, request: MethodRequest) => Promise<void>;
  cancel: (uid: string) => void;
  forget: (uid: string) => void;
}

/** Streams open at the same time. A browser keeps six connections to a server, and some must stay free for the rest. */
const STREAMS = 3;
/** Documents kept so that going back shows a result at once. */
const KEPT = 24;

const controllers = new Map<string, AbortController>();
const kept = new Map<string, ResultDocument>();
const line: (() => void)[] = [];
let streams = 0;

async function takeStream(signal: AbortSignal): Promise<() => void> {
  if (streams >= STREAMS) await new Promise<void>((resolve) => line.push(resolve));
  else streams += 1;
  const release = () => {
    const next = line.shift();
    if (next) next();
    else streams -= 1;
  };
  if (signal.aborted) release();
  signal.throwIfAborted();
  return release;
}

function keep(key: string, document: ResultDocument): void {
  kept.delete(key);
  kept.set(key, document);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
}

export const useRuns = create<Runs>()((set, get) => {
  const start = async (uid: string, method: string, request: MethodRequest): Promise<void> => {
    controllers.get(uid)?.abort();
    const controller = new AbortController();
    controllers.set(uid, controller);
    const { signal } = controller;
    const current = () => controllers.get(uid) === controller && !signal.aborted;
    const change = (next: Partial<PanelRun>) => {
      if (current()) set(({ runs }) => (runs[uid] ? { runs: { ...runs, [uid]: { ...runs[uid], ...next } } } : {}));
    };
    const show = (document: ResultDocument, cached: boolean, partial: boolean) =>
      change({ shown: { document, request, cached, partial } });

    const key = canonical(method, request);
    const known = kept.get(key);
    const fresh = { uid, request, started: performance.now(), queue: null, progress: null, problem: null };
    const shown = get().runs[uid]?.shown ?? null;
    set(({ runs }) => ({ runs: { ...runs, [uid]: { ...fresh, shown, status: "waiting" } } }));
    if (known) return change({ status: "done", shown: { document: known, request, cached: true, partial: false } });

    let release: (() => void) | undefined;
    try {
      release = await takeStream(signal);
      const handlers = {
        onQueued: (position: number | null, eta: number | null) =>
          change({ status: "queued", queue: { position, eta } }),
        onProgress: (progress: RunProgress) => change({ status: "running", progress }),
        onPartial: (document: ResultDocument) => show(document, false, true),
        onLost: () => change({ status: "lost" }),
      };
      const { document, cached } = await runMethod(method, request, handlers, signal);
      keep(key, document);
      show(document, cached, false);
      change({ status: "done" });
    } catch (error) {
      if (!isAbort(error)) change({ status: "failed", problem: asProblem(error) });
    } finally {
      release?.();
    }
  };

  return {
    runs: {},
    start,
    cancel: (uid) => {
      controllers.get(uid)?.abort();
      set(({ runs }) => (runs[uid] ? { runs: { ...runs, [uid]: { ...runs[uid], status: "cancelled" } } } : {}));
    },
    forget: (uid) => {
      controllers.get(uid)?.abort();
      controllers.delete(uid);
      set(({ runs }) => ({ runs: Object.fromEntries(Object.entries(runs).filter(([id]) => id !== uid)) }));
    },
  };
});

export const isBusy = (status: RunStatus | undefined): boolean =>
  status === "waiting" || status === "queued" || status === "running" || status === "lost";
