import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem, parseEvent } from "./client";
import { runMethod, type RunHandlers } from "./runs";

const document = { key: "k", result: { kind: "table" } };
const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), {
    headers: { "Content-Type": "application/json", ...init.headers },
    status: init.status ?? 200,
  });
const events = (...lines: [string, unknown][]) =>
  new Response(
    [": heartbeat\n\n", ...lines.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)].join(""),
  );
const run = { id: "r", key: "k", position: 2, eta: 5 };

type Answer = Response | Error;
let answers: Record<string, Answer[]>;
let calls: string[];

beforeEach(() => {
  answers = {};
  calls = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (path, init = {}) => {
    const call = `${init.method} ${String(path).replace("/api/v1", "")}`;
    calls.push(call);
    init.signal?.throwIfAborted();
    const answer = answers[call]?.shift();
    if (!answer) return new Response(null, { status: 204 });
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function start(handlers: RunHandlers = {}, signal = new AbortController().signal) {
  const outcome = runMethod("a/b", { model: "m" }, handlers, signal);
  outcome.catch(() => undefined);
  await vi.runAllTimersAsync();
  return outcome;
}

const POST = "POST /methods/a/b";
const EVENTS = "GET /runs/r/events";
const RESULT = "GET /results/k";

describe("runMethod", () => {
  it("takes a stored result from the answer itself", async () => {
    answers = { [POST]: [json(document, { headers: { "X-Cache": "hit" } })] };
    expect(await start()).toEqual({ document, cached: true });
    expect(calls).toEqual([POST]);
  });

  it("follows a run through queue, progress and partial results to its document", async () => {
    const heard: unknown[] = [];
    answers = {
      [POST]: [json(run, { status: 202 })],
      [EVENTS]: [
        events(
          ["queued", { position: 1, eta: 2 }],
          ["progress", { done: 1, total: 4, stage: "layer 1" }],
          ["partial", document],
          ["done", { key: "k", url: "/api/v1/results/k" }],
        ),
      ],
      [RESULT]: [json(document)],
    };
    const finished = await start({
      onQueued: (position) => heard.push(position),
      onProgress: ({ stage }) => heard.push(stage),
      onPartial: (partial) => heard.push(partial.key),
    });
    expect(heard).toEqual([2, 1, "layer 1", "k"]);
    expect(finished).toEqual({ document, cached: false });
  });

  it("reads events however the stream is cut", async () => {
    const text = `event: progress\ndata: {"done":1,\ndata: "total":2,"stage":"s"}\n\nevent: done\ndata: {"key":"k","url":"/api/v1/results/k"}\n\n`;
    const bytes = new TextEncoder().encode(text);
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
        controller.close();
      },
    });
    const stages: string[] = [];
    answers = { [POST]: [json(run, { status: 202 })], [EVENTS]: [new Response(stream)], [RESULT]: [json(document)] };
    await start({ onProgress: ({ stage }) => stages.push(stage) });
    expect(stages).toEqual(["s"]);
  });

  it("passes on what the server refuses, with its remedy", async () => {
    const error = { code: "too_large", message: "Too large.", remedy: "Use less", changes: { prompt: "x" } };
    answers = { [POST]: [json({ error }, { status: 413 })] };
    await expect(start()).rejects.toMatchObject({ body: error, status: 413 });
  });

  it("passes on what a run fails with", async () => {
    const error = { code: "deadline_exceeded", message: "Too slow." };
    answers = { [POST]: [json(run, { status: 202 })], [EVENTS]: [events(["error", { error }])] };
    await expect(start()).rejects.toMatchObject({ body: error });
  });

  it("asks again by the same request when the network drops", async () => {
    const onLost = vi.fn();
    answers = {
      [POST]: [json(run, { status: 202 }), json(document, { headers: { "X-Cache": "hit" } })],
      [EVENTS]: [events(["progress", { done: 1, total: 4, stage: "s" }])],
    };
    expect(await start({ onLost })).toEqual({ document, cached: true });
    expect(onLost).toHaveBeenCalledTimes(1);
    expect(calls).toEqual([POST, EVENTS, POST]);
  });

  it("gives up when the server stays away", async () => {
    answers = { [POST]: Array.from({ length: 9 }, () => new TypeError("failed to fetch")) };
    await expect(start()).rejects.toMatchObject({ status: 0, body: { code: "unreachable" } });
    expect(calls).toHaveLength(6);
  });

  it("leaves the run when it is cancelled", async () => {
    const controller = new AbortController();
    answers = { [POST]: [json(run, { status: 202 })], [EVENTS]: [new Response(new ReadableStream())] };
    const outcome = runMethod("a/b", {}, {}, controller.signal);
    outcome.catch(() => undefined);
    await vi.waitFor(() => expect(calls).toContain(EVENTS));
    controller.abort();
    await vi.waitFor(() => expect(calls).toContain("DELETE /runs/r"));
  });
});

describe("problems", () => {
  it("are made of any answer", async () => {
    answers = { [POST]: [new Response("<h1>no", { status: 500 })] };
    const problem = await start().catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect((problem as ApiProblem).message).toBe("The server answered 500.");
  });
});

describe("parseEvent", () => {
  it("ignores comments", () => expect(parseEvent(": heartbeat")).toBeNull());
  it("joins lines of data", () =>
    expect(parseEvent("event: a\ndata: 1\ndata: 2")).toEqual({ event: "a", data: "1\n2" }));
});
