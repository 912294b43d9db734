/** The only place that fetches. Everything that goes wrong arrives as an `ApiProblem`. */
import type { ProblemBody } from "./types";

export const API = "/api/v1";
export const TENSORS = "application/vnd.safetensors";

/** A refusal with its remedy, or the server being out of reach (`status` 0, code `unreachable`). */
export class ApiProblem extends Error {
  readonly body: ProblemBody;
  readonly status: number;

  constructor(body: ProblemBody, status: number) {
    super(body.message);
    this.name = "ApiProblem";
    this.body = body;
    this.status = status;
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

/** Whatever was thrown, as an `ApiProblem`. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({ code: "page_error", message: error instanceof Error ? error.message : String(error) }, -1);
}

type Reach = (reachable: boolean) => void;
const watchers = new Set<Reach>();

/** Hear of every answer (true) and every failure to reach the server (false). */
export function watchReach(watcher: Reach): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export interface Call {
  method?: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One request. Resolves with a successful response, of any kind of body. */
export async function send(path: string, { method = "GET", body, headers = {}, signal }: Call = {}): Promise<Response> {
  const content: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...content, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    watchers.forEach((watcher) => watcher(false));
    throw new ApiProblem({ code: "unreachable", message: "The server cannot be reached." }, 0);
  }
  const gone = response.status === 502 || response.status === 504;
  watchers.forEach((watcher) => watcher(!gone));
  if (response.ok || response.status === 304) return response;
  throw await problemOf(response);
}

/** One request whose answer is JSON. */
export async function json<T>(path: string, call?: Call): Promise<T> {
  const response = await send(path, call);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retry = Number(response.headers.get("Retry-After"));
  const body: unknown = await response.json().catch(() => null);
  const error = body && typeof body === "object" && "error" in body ? (body.error as ProblemBody) : null;
  if (error && typeof error.message === "string") {
    return new ApiProblem(retry > 0 ? { retry_after: retry, ...error } : error, response.status);
  }
  const gone = response.status === 502 || response.status === 504;
  const message = gone ? "The server cannot be reached." : `The server answered ${response.status}.`;
  return new ApiProblem({ code: gone ? "unreachable" : "http_error", message }, gone ? 0 : response.status);
}

export interface ServerEvent {
  event: string;
  data: string;
}

/** Read a `text/event-stream` body, event by event, until it ends. */
export async function* serverEvents(path: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const response = await send(path, { headers: { Accept: "text/event-stream" }, signal });
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event) yield event;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** One block of an event stream; null for comments (heartbeats). */
export function parseEvent(block: string): ServerEvent | null {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    if (field === "data") data.push(value);
  }
  return data.length > 0 ? { event, data: data.join("\n") } : null;
}
