/** The run of each panel: what was asked, how far it is, what came back. A late reply never replaces a newer request. */
import { create } from "zustand";
import { asProblem, isAbort, type ApiProblem } from "../api/client";
import { fetchResult, runMethod, type Finished, type RunHandlers } from "../api/runs";
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
  /** By the panel's uid; of the second side of a comparison, by `secondOf(uid)`. */
  runs: Record<string, PanelRun>;
  start: (uid: string, method: string, request: MethodRequest) => Promise<void>;
  /** Show a stored result instead of asking for one. */
  show: (uid: string, key: string) => Promise<void>;
  cancel: (uid: string) => void;
  forget: (uid: string) => void;
}

/** Under which a panel's run about the second side is kept. */
export const secondOf = (uid: string): string => `${uid}/b`;

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

type Work = (handlers: RunHandlers, signal: AbortSignal) => Promise<Finished>;

export const useRuns = create<Runs>()((set, get) => {
  /** Do a piece of work for a panel, in place of what was under way for it. */
  const work = async (uid: string, request: MethodRequest, known: ResultDocument | undefined, ask: Work) => {
    controllers.get(uid)?.abort();
    const controller = new AbortController();
    controllers.set(uid, controller);
    const { signal } = controller;
    const change = (next: Partial<PanelRun>) => {
      if (controllers.get(uid) !== controller || signal.aborted) return;
      set(({ runs }) => (runs[uid] ? { runs: { ...runs, [uid]: { ...runs[uid], ...next } } } : {}));
    };
    const present = (document: ResultDocument, cached: boolean, partial: boolean) => ({
      shown: { document, request: uid in get().runs ? get().runs[uid].request : request, cached, partial },
    });

    const fresh = { uid, request, started: performance.now(), queue: null, progress: null, problem: null };
    const shown = get().runs[uid]?.shown ?? null;
    set(({ runs }) => ({ runs: { ...runs, [uid]: { ...fresh, shown, status: "waiting" } } }));
    if (known) return change({ status: "done", ...present(known, true, false) });

    let release: (() => void) | undefined;
    try {
      release = await takeStream(signal);
      const handlers: RunHandlers = {
        onQueued: (position, eta) => change({ status: "queued", queue: { position, eta } }),
        onProgress: (progress) => change({ status: "running", progress }),
        onPartial: (document) => change(present(document, false, true)),
        onLost: () => change({ status: "lost" }),
      };
      const { document, cached } = await ask(handlers, signal);
      change({ status: "done", ...present(document, cached, false) });
    } catch (error) {
      if (!isAbort(error)) change({ status: "failed", problem: asProblem(error) });
    } finally {
      release?.();
    }
  };

  return {
    runs: {},
    start: (uid, method, request) => {
      const key = canonical(method, request);
      return work(uid, request, kept.get(key), async (handlers, signal) => {
        const finished = await runMethod(method, request, handlers, signal);
        keep(key, finished.document);
        return finished;
      });
    },
    show: (uid, key) => {
      const known = [...kept.values()].find((document) => document.key === key);
      return work(uid, known ? requestOfDocument(known) : {}, known, async (_, signal) => {
        const document = await fetchResult(key, signal);
        set(({ runs }) =>
          runs[uid] ? { runs: { ...runs, [uid]: { ...runs[uid], request: requestOfDocument(document) } } } : {},
        );
        return { document, cached: true };
      });
    },
    cancel: (uid) => {
      controllers.get(uid)?.abort();
      set(({ runs }) => (runs[uid] ? { runs: { ...runs, [uid]: { ...runs[uid], status: "cancelled" } } } : {}));
    },
    forget: (uid) => {
      for (const own of [uid, secondOf(uid)]) {
        controllers.get(own)?.abort();
        controllers.delete(own);
      }
      set(({ runs }) => ({
        runs: Object.fromEntries(Object.entries(runs).filter(([id]) => id !== uid && id !== secondOf(uid))),
      }));
    },
  };
});

/** What a document answers. */
export const requestOfDocument = ({ request }: ResultDocument): MethodRequest => request as MethodRequest;

/** Have a result at hand before it is asked for. */
export function expectResult(method: string, request: MethodRequest, document: ResultDocument): void {
  keep(canonical(method, request), document);
}

/** Results that turned out not to be the server's own are asked for again. */
export function forgetResults(documents: readonly ResultDocument[]): string[] {
  for (const [key, document] of kept) if (documents.includes(document)) kept.delete(key);
  return Object.values(useRuns.getState().runs)
    .filter(({ shown }) => shown && documents.includes(shown.document))
    .map(({ uid }) => uid);
}

export const isBusy = (status: RunStatus | undefined): boolean =>
  status === "waiting" || status === "queued" || status === "running" || status === "lost";
