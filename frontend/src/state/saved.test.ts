import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Method, Model, SavedAnalysis } from "../api/types";
import { NO_CLAIM } from "./claim";
import { useRuns } from "./runs";
import {
  analysisOf,
  changesOf,
  readingMinutes,
  reportOf,
  reportOfSaved,
  savedAddress,
  savedClaim,
  savedEnd,
  savedPanels,
  type Report,
} from "./saved";
import { EMPTY, useWorkspace } from "./workspace";

vi.mock("./runner", () => ({ runPanels: vi.fn() }));

const method = {
  id: "a/b",
  title: "A to B",
  purpose: "Goes.",
  reading: "Read it.",
  papers: [{ title: "P", year: 2020 }],
  resources: { model: "Model" },
  params: { properties: { top_k: { type: "integer", default: 5, title: "Top k" } } },
} as unknown as Method;
const measured = (id: string) => ({ id, fidelity: { max_logit_difference: 1e-6 } }) as unknown as Model;
const panel = { method: "a/b", params: {}, width: "full" as const };
const run = (key: string, partial = false) => ({ shown: { document: { key, model: { id: "m" } }, partial } }) as never;
const described = {
  method: "a/b",
  title: "A to B",
  purpose: "Goes.",
  reading: "Read it.",
  papers: method.papers,
  fields: [{ name: "top_k", label: "top k", initial: 5 }],
};

/** As the server answers it, with the heads of the results it was given. */
const stored = (report: Report, keys = analysisOf(report, "Untitled").results): SavedAnalysis => ({
  ...analysisOf(report, "Untitled"),
  id: "i",
  created: "2026-11-20T00:00:00+00:00",
  results: keys.map((key) => ({ key, method: "a/b", href: `/${key}` })),
});

beforeEach(() => {
  useWorkspace.setState({ ...EMPTY, model: "m", prompt: "p", draft: "p", panels: [] });
  useRuns.setState({ runs: {} });
});

function open(...uids: string[]): void {
  useWorkspace.setState({ panels: uids.map((uid) => ({ ...panel, uid })) });
}

describe("a report of what is open", () => {
  it("has the finished panels with everything needed to show them, and the address to open them", () => {
    open("u", "v", "w", "x");
    useRuns.setState({ runs: { u: run("k1"), v: run("k2", true), w: run("k1") } });
    const report = reportOf([method], [measured("m"), measured("secret")]);
    expect(report.blocks.map(({ panel: shown }) => shown)).toEqual(
      [1, 2].map(() => ({ key: "k1", width: "full", ...described })),
    );
    const analysis = stored(report);
    expect(analysis.results).toHaveLength(1);
    expect(savedPanels(analysis).map(({ result }) => result?.href)).toEqual(["/k1", "/k1"]);
    expect(savedAddress(analysis)?.panels).toHaveLength(4);
    expect(reportOfSaved(analysis).fidelity).toEqual({ m: 1e-6 });
  });

  it("keeps both sides of a comparison, and only the first where nothing is compared", () => {
    open("u");
    useRuns.setState({ runs: { u: run("k1"), "u/b": run("k2") } });
    expect(analysisOf(reportOf([method], []), "").results).toEqual(["k1"]);
    useWorkspace.setState({ second: { model: "", prompt: "q", draft: "q" } });
    const analysis = stored(reportOf([method], []));
    expect(savedPanels(analysis).map(({ result, second }) => [result?.key, second?.key])).toEqual([["k1", "k2"]]);
    expect(savedAddress(analysis)?.second?.prompt).toBe("q");
  });

  it("names panels as the person did", () => {
    useWorkspace.setState({ panels: [{ ...panel, uid: "u", title: "Mine" }] });
    useRuns.setState({ runs: { u: run("k1") } });
    expect(reportOf([method], []).blocks[0].panel.title).toBe("Mine");
  });

  it("keeps what was written, the order and what was left out while panels come and go", () => {
    open("u", "v");
    useRuns.setState({ runs: { u: run("k1"), v: run("k2") } });
    const first = reportOf([method], []);
    const [u, v] = first.blocks;
    const written: Report = {
      ...first,
      title: "T",
      notes: "N",
      blocks: [
        { ...v, included: false },
        { ...u, panel: { ...u.panel, before: "Then", evidence: true } },
      ],
      after: "End",
    };
    open("u", "v", "w");
    useRuns.setState({ runs: { u: run("k9"), v: run("k2"), w: run("k3") } });
    const next = reportOf([method], [], written);
    expect(next.blocks.map(({ id, included }) => [id, included])).toEqual([
      ["v", false],
      ["u", true],
      ["w", true],
    ]);
    expect(next.blocks[1].panel).toMatchObject({ key: "k9", before: "Then", evidence: true });
    expect(next).toMatchObject({ title: "T", notes: "N", after: "End" });
    expect(analysisOf(next, "").results).toEqual(["k9", "k3"]);
  });

  it("keeps nothing of a panel that is left out, in the state of the workbench neither", () => {
    useWorkspace.setState({
      panels: [
        { ...panel, uid: "u" },
        { ...panel, uid: "v", params: { top_k: 7 } },
      ],
    });
    useRuns.setState({ runs: { u: run("k1"), v: run("k2") } });
    const report = reportOf([method], []);
    report.blocks[1].included = false;
    const analysis = stored(reportOf([method], [], report));
    expect(savedAddress(analysis)?.panels).toEqual([{ ...panel }]);
  });

  it("is offered the title of the workbench until it has one of its own", () => {
    useWorkspace.setState({ title: "First" });
    const report = reportOf([method], []);
    useWorkspace.setState({ title: "Second" });
    expect(reportOf([method], [], report).title).toBe("Second");
    expect(reportOf([method], [], { ...report, title: "Mine" }).title).toBe("Mine");
  });
});

describe("a saved report", () => {
  const written = (): Report => {
    open("u", "v");
    useRuns.setState({ runs: { u: run("k1"), v: run("k2") } });
    const report = reportOf([method], []);
    return { ...report, title: " ", notes: "N", after: "End", claim: { ...NO_CLAIM, sentence: "So it is." } };
  };

  it("reads back as it was written", () => {
    const report = written();
    const analysis = stored(report);
    expect(analysis.title).toBe("Untitled");
    expect(savedClaim(analysis)).toEqual(report.claim);
    expect(savedEnd(analysis)).toBe("End");
    const again = reportOfSaved(analysis);
    expect(again).toMatchObject({ notes: "N", after: "End", claim: report.claim, address: report.address });
    expect(again.blocks.map(({ panel: shown }) => shown)).toEqual(report.blocks.map(({ panel: shown }) => shown));
  });

  it("hides what is taken out later, and can bring it back: its result is stored", () => {
    const analysis = stored(written());
    const report = reportOfSaved(analysis);
    report.blocks[0].included = false;
    const changed = { ...analysis, ...changesOf(report, "") };
    expect(savedPanels(changed).map(({ key }) => key)).toEqual(["k2"]);
    expect(reportOfSaved(changed).blocks.map(({ included }) => included)).toEqual([false, true]);
  });

  it("says which results it was stored without", () => {
    const analysis = stored(written(), ["k2"]);
    expect(savedPanels(analysis).map(({ result }) => result?.key)).toEqual([undefined, "k2"]);
  });

  it("shows the results of one that was saved over REST, whatever its workspace holds", () => {
    const bare = { title: "T", notes: "", results: [{ key: "k", method: "lens/logit-lens", href: "/h" }] };
    for (const workspace of [
      null,
      {},
      { panels: "x", claim: 1, after: {}, fidelity: [] },
      { panels: [null, { key: "gone" }, { title: "t" }, 7], claim: { sentence: "" } },
      { address: 5, claim: { sentence: 5 } },
    ]) {
      const analysis = { ...bare, workspace } as unknown as SavedAnalysis;
      expect(savedPanels(analysis).map(({ title, result }) => [title, result?.href])).toEqual([["Logit lens", "/h"]]);
      expect(savedAddress(analysis)).toBeNull();
      expect(savedClaim(analysis)).toBeNull();
      expect(savedEnd(analysis)).toBe("");
      expect(reportOfSaved(analysis).fidelity).toEqual({});
    }
  });

  it("keeps of a panel only what it should be", () => {
    const workspace = {
      panels: [
        {
          ...{ key: "k", title: "T", method: 7, purpose: null, width: "huge", evidence: "yes", before: 3 },
          papers: [{ title: "P", year: "2020" }, null],
          fields: [{ name: "a", label: "a" }, { name: 1 }],
        },
      ],
    };
    const [read] = savedPanels({ title: "", notes: "", results: [], workspace } as unknown as SavedAnalysis);
    expect(read).toEqual({
      ...{ key: "k", title: "T", method: "", purpose: "", reading: "", papers: [] },
      fields: [{ name: "a", label: "a", initial: null }],
      ...{ result: null, second: null },
    });
  });

  it("takes time to read", () => {
    const analysis = { ...stored(written()), notes: "word ".repeat(660) };
    expect(readingMinutes(analysis)).toBe(4);
    expect(readingMinutes({ ...analysis, notes: "", workspace: null })).toBe(1);
  });
});
