import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Finished, RunHandlers } from "../api/runs";
import type { ResultDocument } from "../kinds/types";
import { expectResult, forgetResults, isBusy, secondOf, useRuns } from "./runs";

interface Call {
  request: { n: number };
  handlers: RunHandlers;
  signal: AbortSignal;
  finish: (key: string) => void;
  fail: (error: Error) => void;
}

const calls: Call[] = [];

vi.mock("../api/runs", () => ({
  fetchResult: (key: string) => Promise.resolve({ key, request: { n: 7 } }),
  runMethod: (_method: string, request: Call["request"], handlers: RunHandlers, signal: AbortSignal) =>
    new Promise<Finished>((resolve, reject) => {
      const finish = (key: string) => resolve({ document: { key }, cached: false } as unknown as Finished);
      calls.push({ request, handlers, signal, finish, fail: reject });
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    }),
}));

const settle = () => new Promise((resolve) => setTimeout(resolve));
const of = (uid: string) => useRuns.getState().runs[uid];
let n = 0;
const start = (uid: string, request = { n: (n += 1) }) => void useRuns.getState().start(uid, "a/b", request);

beforeEach(() => void calls.splice(0));
afterEach(() => {
  Object.keys(useRuns.getState().runs).forEach(useRuns.getState().forget);
});

describe("runs", () => {
  it("go from waiting to done, keeping what was asked beside what came back", async () => {
    start("a", { n: 1001 });
    await settle();
    expect(isBusy(of("a").status)).toBe(true);
    calls[0].handlers.onQueued?.(2, 5);
    expect(of("a")).toMatchObject({ status: "queued", queue: { position: 2, eta: 5 } });
    calls[0].handlers.onProgress?.({ done: 1, total: 2, stage: "s" });
    expect(of("a").status).toBe("running");
    calls[0].finish("k");
    await settle();
    expect(of("a")).toMatchObject({
      status: "done",
      shown: { document: { key: "k" }, request: { n: 1001 }, partial: false },
    });
  });

  it("never let a late reply replace a newer request", async () => {
    start("a", { n: 2001 });
    await settle();
    start("a", { n: 2002 });
    await settle();
    expect(calls[0].signal.aborted).toBe(true);
    calls[1].finish("new");
    calls[0].finish("old");
    calls[0].handlers.onProgress?.({ done: 1, total: 2, stage: "old" });
    await settle();
    expect(of("a")).toMatchObject({ status: "done", progress: null, shown: { document: { key: "new" } } });
  });

  it("keep the old figure until the new one is there", async () => {
    start("a");
    await settle();
    calls[0].finish("one");
    await settle();
    start("a");
    await settle();
    expect(of("a")).toMatchObject({ status: "waiting", shown: { document: { key: "one" } } });
  });

  it("answer at once what was asked before", async () => {
    start("a", { n: 3001 });
    await settle();
    calls[0].finish("k");
    await settle();
    start("b", { n: 3001 });
    expect(of("b")).toMatchObject({ status: "done", shown: { document: { key: "k" }, cached: true } });
    expect(calls).toHaveLength(1);
  });

  it("hold few streams open, and start the next when one ends", async () => {
    ["a", "b", "c", "d", "e"].forEach((uid) => start(uid));
    await settle();
    expect(calls).toHaveLength(3);
    calls[0].fail(new Error("no"));
    await settle();
    expect(calls).toHaveLength(4);
    expect(of("a")).toMatchObject({ status: "failed", problem: { message: "no" } });
  });

  it("pass over those cancelled while they waited", async () => {
    ["a", "b", "c", "d", "e"].forEach((uid) => start(uid));
    await settle();
    useRuns.getState().cancel("d");
    calls[0].finish("k");
    await settle();
    expect(calls.map(({ request }) => request.n)).toHaveLength(4);
    expect(of("d").status).toBe("cancelled");
    expect(isBusy(of("e").status)).toBe(true);
  });
});

describe("stored results", () => {
  it("are shown with the request they answer", async () => {
    await useRuns.getState().show("k", "4f1c");
    expect(of("k")).toMatchObject({ status: "done", request: { n: 7 }, shown: { cached: true, request: { n: 7 } } });
  });

  it("are forgotten on both sides with their panel", async () => {
    await useRuns.getState().show("k", "4f1c");
    await useRuns.getState().show(secondOf("k"), "4f1d");
    useRuns.getState().forget("k");
    expect(of("k")).toBeUndefined();
    expect(of(secondOf("k"))).toBeUndefined();
  });

  it("at hand need no request, until they turn out not to be the server's", async () => {
    const baked = { key: "b", request: { n: 1 } } as unknown as ResultDocument;
    expectResult("a/b", { n: 9001 }, baked);
    start("e", { n: 9001 });
    expect(of("e").shown?.document).toBe(baked);
    expect(calls).toHaveLength(0);
    expect(forgetResults([baked])).toEqual(["e"]);
    start("e", { n: 9001 });
    await settle();
    expect(calls).toHaveLength(1);
  });
});
