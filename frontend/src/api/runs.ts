/**
 * One analysis, from the request to its document.
 *
 * A stored result answers the POST itself. Otherwise the server names a run, whose events are followed to the end. When
 * the network drops on the way, the same request is sent again: the server knows it by its key, so it joins the work
 * under way or finds the result.
 */
import type { ResultDocument } from "../kinds/types";
import { documentOf } from "./arrays";
import { API, ApiProblem, json, send, serverEvents, TENSORS } from "./client";
import type { MethodRequest, ProblemBody, Run, RunProgress } from "./types";

export interface RunHandlers {
  onQueued?: (position: number | null, eta: number | null) => void;
  onProgress?: (progress: RunProgress) => void;
  onPartial?: (document: ResultDocument) => void;
  /** The connection was lost and is being tried again. */
  onLost?: () => void;
}

export interface Finished {
  document: ResultDocument;
  /** Whether the server had the result already. */
  cached: boolean;
}

const WAITS = [500, 1000, 2000, 4000, 8000];

/** Run a method. Rejects with an `ApiProblem`, or an `AbortError` once `signal` is aborted; an abort also leaves the run. */
export async function runMethod(
  method: string,
  request: MethodRequest,
  handlers: RunHandlers,
  signal: AbortSignal,
): Promise<Finished> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await runOnce(method, request, handlers, signal);
    } catch (error) {
      const lost = error instanceof ApiProblem && (error.unreachable || error.body.code === "run_lost");
      if (!lost || signal.aborted || attempt >= WAITS.length) throw error;
      handlers.onLost?.();
      await pause(WAITS[attempt], signal);
    }
  }
}

async function runOnce(
  method: string,
  request: MethodRequest,
  handlers: RunHandlers,
  signal: AbortSignal,
): Promise<Finished> {
  const headers = { Accept: TENSORS, Prefer: "respond-async" };
  const response = await send(`${API}/methods/${method}`, { method: "POST", body: request, headers, signal });
  if (response.status !== 202) {
    return { document: await readDocument(response), cached: response.headers.get("X-Cache") === "hit" };
  }
  const run = (await response.json()) as Run;
  handlers.onQueued?.(run.position, run.eta);
  const leave = () => void leaveRun(run.id);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return { document: await fetchDocument(await follow(run, handlers, signal), signal), cached: false };
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** The address of the result, once the run is done. */
async function follow(run: Run, handlers: RunHandlers, signal: AbortSignal): Promise<string> {
  try {
    for await (const { event, data } of serverEvents(`${API}/runs/${run.id}/events`, signal)) {
      const content = JSON.parse(data) as Record<string, unknown>;
      if (event === "queued") handlers.onQueued?.(content.position as number | null, content.eta as number | null);
      if (event === "progress") handlers.onProgress?.(content as unknown as RunProgress);
      if (event === "partial") handlers.onPartial?.(content as unknown as ResultDocument);
      if (event === "done") return (content.url as string | undefined) ?? `${API}/results/${run.key}`;
      if (event === "error") throw new ApiProblem((content.error ?? content) as ProblemBody, 200);
    }
  } catch (error) {
    if (error instanceof ApiProblem && error.status !== 404) throw error;
    if (signal.aborted) throw error;
  }
  signal.throwIfAborted();
  throw new ApiProblem({ code: "run_lost", message: "The connection to the run was lost." }, 0);
}

export async function fetchDocument(address: string, signal?: AbortSignal): Promise<ResultDocument> {
  return readDocument(await send(address, { headers: { Accept: TENSORS }, ...(signal ? { signal } : {}) }));
}

/** A stored result by its key. */
export const fetchResult = (key: string, signal?: AbortSignal): Promise<ResultDocument> =>
  fetchDocument(`${API}/results/${encodeURIComponent(key)}`, signal);

async function readDocument(response: Response): Promise<ResultDocument> {
  const tensors = response.headers.get("Content-Type")?.startsWith(TENSORS) ?? false;
  return tensors ? documentOf(await response.arrayBuffer()) : ((await response.json()) as ResultDocument);
}

/** Stop waiting for a run; the work stops when nobody else waits for it. */
const leaveRun = (id: string) => json<void>(`${API}/runs/${id}`, { method: "DELETE" }).catch(() => undefined);

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
