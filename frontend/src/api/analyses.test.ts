import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { changeAnalysis, deleteAnalysis, reachQuery, recompute, sizeOf, storedSizeQuery } from "./analyses";
import { ApiProblem } from "./client";

const link = { id: "i/1", url: "/a/i", delete_secret: "secret" };

function answer(status: number, headers: Record<string, string> = {}, body: string | null = null) {
  const fetched = vi.fn(async (..._asked: [string, RequestInit]) => new Response(body, { status, headers }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const ask = <T>(query: object): Promise<T> =>
  new QueryClient({ defaultOptions: { queries: { retry: false } } }).fetchQuery(query as never);

afterEach(() => vi.unstubAllGlobals());

describe("saved analyses", () => {
  it("are changed and deleted with their secret", async () => {
    const fetched = answer(204);
    await changeAnalysis(link, { title: "T", notes: "N", workspace: {} });
    await deleteAnalysis(link);
    expect(fetched.mock.calls.map(([path, { method, headers }]) => [path, method, headers])).toMatchObject([
      ["/api/v1/analyses/i%2F1", "PATCH", { Authorization: "Bearer secret" }],
      ["/api/v1/analyses/i%2F1", "DELETE", { Authorization: "Bearer secret" }],
    ]);
    expect(JSON.parse(String(fetched.mock.calls[0][1].body))).toEqual({ title: "T", notes: "N", workspace: {} });
  });

  it("are as large as the server says, without being fetched", async () => {
    const fetched = answer(200, { "Content-Length": "500" });
    expect(await sizeOf("/x", "application/json")).toBe(500);
    expect(await ask(storedSizeQuery(["a", "b"]))).toBe(1000);
    expect(fetched.mock.calls.every(([, { method }]) => method === "HEAD")).toBe(true);
    answer(200);
    expect(await sizeOf("/x")).toBeNull();
  });

  it.each([
    [200, "computer"],
    [403, "network"],
  ])("can be opened by whoever reaches the server: %i is %s", async (status, expected) => {
    answer(status);
    expect(await ask(reachQuery)).toBe(expected);
  });

  it("say nothing of who can open them when the server does not", async () => {
    answer(500);
    await expect(ask(reachQuery)).rejects.toBeInstanceOf(ApiProblem);
  });

  it("are computed anew past everything that is stored", async () => {
    const fetched = answer(409, {}, '{"error":{"code":"busy","message":"Busy."}}');
    await expect(recompute("a/b", { top_k: 3 }, new AbortController().signal)).rejects.toThrow("Busy.");
    const [path, { method, headers, body }] = fetched.mock.calls[0];
    expect([path, method, body]).toEqual(["/api/v1/methods/a/b", "POST", '{"top_k":3}']);
    expect(headers).toMatchObject({ "Cache-Control": "no-cache", Accept: "application/vnd.safetensors" });
  });
});
