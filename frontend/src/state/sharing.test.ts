import { beforeEach, describe, expect, it, vi } from "vitest";
import { changeAnalysis, deleteAnalysis, saveAnalysis } from "../api/analyses";
import { ApiProblem } from "../api/client";
import { runMethod } from "../api/runs";
import type { NewAnalysis } from "../api/types";
import { deletedHere, ownLink } from "./ownLinks";
import { useRuns } from "./runs";
import { useSharing } from "./sharing";

vi.mock("../api/analyses", () => ({ saveAnalysis: vi.fn(), changeAnalysis: vi.fn(), deleteAnalysis: vi.fn() }));
vi.mock("../api/runs", () => ({ runMethod: vi.fn() }));

const analysis = { title: "T", notes: "", workspace: {}, results: ["k"] } as NewAnalysis;
const link = { id: "i", url: "/a/i", delete_secret: "s" };
const problem = (code: string) => new ApiProblem({ code, message: code }, 500);
const now = () => useSharing.getState();

beforeEach(() => {
  vi.resetAllMocks();
  localStorage.clear();
  useSharing.setState({ stage: "writing", link: null, problem: null });
  useRuns.setState({
    runs: { u: { shown: { document: { key: "k", method: "a/b", request: { top_k: 3 } } } } as never },
  });
});

describe("sharing", () => {
  it("stores under a link whose secret this browser keeps", async () => {
    vi.mocked(saveAnalysis).mockResolvedValue(link);
    const storing = now().store(analysis);
    expect(now().stage).toBe("storing");
    await storing;
    expect(now()).toMatchObject({ stage: "stored", link });
    expect(ownLink("i")).toEqual(link);
  });

  it("says why storing failed, and tries the same again", async () => {
    vi.mocked(saveAnalysis).mockRejectedValueOnce(problem("disk_full")).mockResolvedValueOnce(link);
    await now().store(analysis);
    expect(now().stage).toBe("failed");
    expect(now().problem?.body.code).toBe("disk_full");
    now().retry();
    await vi.waitFor(() => expect(now().stage).toBe("stored"));
    expect(saveAnalysis).toHaveBeenLastCalledWith(analysis);
    expect(now().problem).toBeNull();
  });

  it("computes results once more that the server has forgotten, then stores", async () => {
    vi.mocked(saveAnalysis).mockRejectedValueOnce(problem("unknown_result")).mockResolvedValueOnce(link);
    await now().store(analysis);
    expect(vi.mocked(runMethod).mock.calls.map(([method, request]) => [method, request])).toEqual([
      ["a/b", { top_k: 3 }],
    ]);
    expect(now().stage).toBe("stored");
  });

  it("changes what is stored under its link, and keeps the link when that fails", async () => {
    useSharing.setState({ stage: "stored", link });
    now().edit();
    vi.mocked(changeAnalysis).mockRejectedValueOnce(problem("workspace_too_large"));
    await now().change(analysis);
    expect(now()).toMatchObject({ stage: "failed", link });
    now().leave();
    expect(now()).toMatchObject({ stage: "stored", problem: null });
    await now().change(analysis);
    expect(vi.mocked(changeAnalysis).mock.lastCall).toEqual([link, analysis]);
  });

  it("deletes for good, and this browser knows it did", async () => {
    vi.mocked(saveAnalysis).mockResolvedValue({ ...link, id: "gone" });
    await now().store(analysis);
    vi.mocked(deleteAnalysis).mockRejectedValueOnce(problem("saved_read_only"));
    await now().remove();
    expect(now()).toMatchObject({ stage: "stored", problem: { body: { code: "saved_read_only" } } });
    expect(deletedHere("gone")).toBe(false);
    await now().remove();
    expect(now()).toMatchObject({ stage: "writing", link: null, problem: null });
    expect(deletedHere("gone")).toBe(true);
    expect(ownLink("gone")).toBeNull();
  });
});
