import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Method, SavedAnalysis } from "../api/types";
import { useRuns } from "./runs";
import { analysisOf, savedAddress, savedPanels } from "./saved";
import { NO_QUESTION, useWorkspace } from "./workspace";

vi.mock("./runner", () => ({ runPanels: vi.fn() }));

const method = {
  id: "a/b",
  title: "A to B",
  purpose: "Goes.",
  reading: "Read it.",
  papers: [{ title: "P", year: 2020 }],
} as unknown as Method;
const panel = { method: "a/b", params: {}, width: "full" as const };
const run = (key: string, partial = false) => ({ shown: { document: { key }, partial } }) as never;

beforeEach(() => {
  useWorkspace.setState({ model: "m", prompt: "p", draft: "p", question: NO_QUESTION, panels: [] });
  useRuns.setState({ runs: {} });
});

describe("a saved analysis", () => {
  it("keeps finished results with everything needed to show them, and the address to open them", () => {
    const panels = ["u", "v", "w", "x"].map((uid) => ({ ...panel, uid }));
    useWorkspace.setState({ panels });
    useRuns.setState({ runs: { u: run("k1"), v: run("k2", true), w: run("k1") } });
    const analysis = analysisOf([method], "Title", "Notes");
    expect(analysis.results).toEqual(["k1"]);
    const stored = {
      ...analysis,
      id: "i",
      created: "",
      results: [{ key: "k1", method: "a/b", href: "/h" }],
    } as unknown as SavedAnalysis;
    expect(savedPanels(stored)).toEqual(
      [1, 2]
        .map(() => ({
          ...panel,
          params: undefined,
          key: "k1",
          title: "A to B",
          purpose: "Goes.",
          reading: "Read it.",
          papers: method.papers,
          href: "/h",
        }))
        .map(({ params: _none, ...rest }) => rest),
    );
    expect(savedAddress(stored)?.panels).toHaveLength(4);
  });

  it("shows the results of one that was saved over REST, whatever its workspace holds", () => {
    const bare = { results: [{ key: "k", method: "lens/logit-lens", href: "/h" }] };
    for (const workspace of [
      null,
      {},
      { panels: "x" },
      { panels: [null, { key: "gone", title: "t" }] },
      { address: 5 },
    ]) {
      const analysis = { ...bare, workspace } as unknown as SavedAnalysis;
      expect(savedPanels(analysis).map(({ title, href }) => [title, href])).toEqual([["Logit lens", "/h"]]);
      expect(savedAddress(analysis)).toBeNull();
    }
  });
});
