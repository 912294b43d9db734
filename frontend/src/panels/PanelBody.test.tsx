import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentProps } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/client";
import { modelsQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import type { Model } from "../api/types";
import type { ResultDocument } from "../kinds/types";
import { useRuns, type PanelRun } from "../state/runs";
import { selection } from "../state/selection";
import { EMPTY, useWorkspace } from "../state/workspace";
import { PanelBody } from "./PanelBody";
import type { PanelRuns, Part } from "./panelRuns";

vi.mock("./extent", () => ({ useExtent: () => ({ layers: 6, heads: 8, tokens: 15 }) }));
vi.mock("./Figure", () => ({
  Figure: ({ document }: { document: ResultDocument }) => <p>figure of {document.key}</p>,
}));

const document = (checks: Partial<ResultDocument["checks"][number]>[] = [], warnings: string[] = []) =>
  ({ key: "k", checks, warnings, result: { kind: "table" }, request: {} }) as unknown as ResultDocument;

const run = (change: Partial<PanelRun>): PanelRun => ({
  uid: "u",
  status: "running",
  request: { model: "specimen", prompt: "p" },
  started: performance.now(),
  queue: null,
  progress: null,
  problem: null,
  shown: null,
  ...change,
});

const shown = (doc = document()) => ({ document: doc, request: { model: "specimen" }, cached: false, partial: false });

const part = (change: Partial<PanelRun> | null, side: Part["side"] = "a"): Part => ({
  side,
  run: change ? run({ uid: side, ...change }) : undefined,
  asked: {},
  stale: null,
});

const alone = (change: Partial<PanelRun> | null, stale: Part["stale"] = null): PanelRuns => {
  const only = part(change);
  const { shown: result = null, problem = null } = change ?? {};
  return {
    side: null,
    parts: [{ ...only, stale }],
    document: problem ? null : (result?.document ?? null),
    cached: false,
    partial: result?.partial ?? false,
    reason: null,
    selection,
    limits: undefined,
  };
};

const show = (change: Partial<PanelRun> | null, stale?: Part["stale"]) => showRuns(alone(change, stale));

function showRuns(runs: PanelRuns, props: Partial<ComponentProps<typeof PanelBody>> = {}) {
  const onRun = vi.fn();
  const onRemedy = vi.fn();
  const body = (
    <QueryClientProvider client={queryClient}>
      <PanelBody
        title="Logit lens"
        method={{ id: "lens/logit-lens", kind: "token_grid", version: 2 }}
        runs={runs}
        figure={{}}
        onRun={onRun}
        onRemedy={onRemedy}
        {...props}
      />
    </QueryClientProvider>
  );
  return { ...render(body), onRun, onRemedy };
}

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  queryClient.clear();
  useRuns.setState({ runs: {} });
  useWorkspace.setState(EMPTY);
});

const later = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const user = () => userEvent.setup({ advanceTimers: vi.advanceTimersByTime });

describe("a panel that waits", () => {
  it("shows nothing at first, then its outline, then what it is doing", async () => {
    show({ progress: { done: 98, total: 180, stage: "patching layer 7 of 12" } });
    expect(screen.queryByRole("img", { name: "Loading" })).toBeNull();
    await later(160);
    expect(screen.getByRole("img", { name: "Loading" })).toBeDefined();
    expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
    await later(1000);
    expect(screen.getByText("patching layer 7 of 12")).toBeDefined();
    expect(screen.getByText(/98 of 180/)).toBeDefined();
    expect(screen.getByRole("progressbar", { name: "Progress of Logit lens" })).toBeDefined();
    expect(screen.getByRole("button", { name: "Cancel" })).toBeDefined();
  });

  it("says its place in line, behind whom, and that work goes on", async () => {
    const first = useWorkspace.getState().addPanel("causal/patching");
    useWorkspace.getState().renamePanel(first, "Where it comes from");
    useRuns.setState({ runs: { [first]: run({ uid: first, status: "queued", queue: { position: 1, eta: 20 } }) } });
    show({ status: "queued", queue: { position: 2, eta: 40 } });
    await later(1100);
    expect(screen.getByText("2nd in line")).toBeDefined();
    expect(screen.getByText("after “Where it comes from”, 40 s left")).toBeDefined();
    expect(screen.getByText(/^You can keep working/)).toBeDefined();
  });

  it("outlines the figure that is coming: a row for every layer and one for the output", async () => {
    const { container } = show({});
    await later(200);
    expect(container.querySelectorAll(".skeleton > i")).toHaveLength(7 * 15);
  });

  it("does not dim what has been computed so far", async () => {
    const { container } = show({ shown: { ...shown(), partial: true } });
    await later(1100);
    expect(screen.getByText("figure of k")).toBeDefined();
    expect(container.querySelector(".panel-figure.stale")).toBeNull();
  });

  it("says that it tries again when the connection is lost", async () => {
    show({ status: "lost" });
    await later(1100);
    expect(screen.getByText("Connection lost, trying again")).toBeDefined();
  });

  it("keeps the figure it has meanwhile", async () => {
    show({ shown: shown() });
    await later(1100);
    expect(screen.getByText("figure of k")).toBeDefined();
    expect(screen.queryByRole("img", { name: "Loading" })).toBeNull();
  });
});

describe("a panel that failed", () => {
  const problem = (body: Partial<ApiProblem["body"]>, status = 422) =>
    new ApiProblem({ code: "bad", message: "Layer 12 does not exist. It has 6.", ...body }, status);

  it("says why, and offers the remedy as the first button", async () => {
    const changes = { layers: [5] };
    const { onRemedy } = show({ status: "failed", problem: problem({ remedy: "Use layer 5", changes }) });
    expect(screen.getByText("Layer 12 does not exist")).toBeDefined();
    expect(screen.getByText("It has 6.")).toBeDefined();
    const [first, second] = screen.getAllByRole("button");
    expect(second.textContent).toBe("Copy details");
    await user().click(first);
    expect(first.textContent).toBe("Use layer 5");
    expect(onRemedy).toHaveBeenCalledWith(changes);
  });

  it("hands over what a report of it needs", async () => {
    const by = user();
    const failed = problem({ request_id: "7f3", remedy: "Use layer 5" });
    show({ status: "failed", problem: failed, shown: null, request: { model: "specimen", layers: [12] } });
    await by.click(screen.getByRole("button", { name: "Copy details" }));
    expect(JSON.parse(await navigator.clipboard.readText())).toMatchObject({
      id: "7f3",
      status: 422,
      error: { code: "bad" },
      method: "lens/logit-lens",
      method_version: 2,
      request: { layers: [12] },
    });
  });

  it("offers another try where there is nothing to change, and words of advice", async () => {
    const { onRun } = show({ status: "failed", problem: problem({ remedy: "Choose a smaller model" }) });
    expect(screen.getByText(/Choose a smaller model\./)).toBeDefined();
    await user().click(screen.getByRole("button", { name: "Try again" }));
    expect(onRun).toHaveBeenCalled();
  });

  it("lists what would fit when a run is too large", async () => {
    const cost = {
      bytes: 9.4e9,
      limit_bytes: 6.1e9,
      tokens: 1024,
      fits: false,
      alternatives: [{ label: "Last 256 tokens", changes: { prompt: "x" }, bytes: 2.3e9 }],
    };
    queryClient.setQueryData(modelsQuery.queryKey, [{ id: "specimen", layers: 48, state: "ready" } as Model]);
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(JSON.stringify(cost)));
    const { onRemedy } = show({ status: "failed", problem: problem({ code: "too_large" }, 413) });
    await later(50);
    expect(screen.getByText("This would need 9.4 GB")).toBeDefined();
    expect(screen.getByText(/^1,024 tokens × 48 layers\. Allowed: 6\.1.GB\. This fits now:$/)).toBeDefined();
    await user().click(screen.getByRole("button", { name: /^Last 256 tokens/ }));
    expect(onRemedy).toHaveBeenCalledWith({ prompt: "x" });
  });

  it("never turns the server's words into markup", () => {
    const { container } = show({ status: "failed", problem: problem({ message: "<img src=x onerror=alert(1)>" }) });
    expect(container.querySelector("img[src]")).toBeNull();
    expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeDefined();
  });
});

describe("a panel with a result", () => {
  it("says when it is stale, dims the figure and offers Run", async () => {
    const { container, onRun } = show({ status: "done", shown: shown() }, "model");
    expect(screen.getByText("From specimen")).toBeDefined();
    expect(container.querySelector(".panel-figure.stale")).not.toBeNull();
    await user().click(screen.getByRole("button", { name: "Run" }));
    expect(onRun).toHaveBeenCalled();
  });

  it("greys a figure whose check failed, with the reason above it", () => {
    const check = {
      name: "c",
      label: "random control",
      value: 0.41,
      verdict: "fail" as const,
      explanation: "A random direction does as much.",
    };
    const { container } = show({ status: "done", shown: shown(document([check])) });
    expect(screen.getByText("Check failed: random control 0.41. A random direction does as much.")).toBeDefined();
    expect(container.querySelector(".panel-figure.refuted")).not.toBeNull();
  });

  it("repeats the warnings of the document", () => {
    show({ status: "done", shown: shown(document([], ["entropy: 3 values are undefined."])) });
    expect(screen.getByText("entropy: 3 values are undefined.")).toBeDefined();
  });
});

describe("a panel that compares", () => {
  const both = (a: Partial<PanelRun>, b: Partial<PanelRun>, more: Partial<PanelRuns> = {}): PanelRuns => ({
    ...alone(null),
    side: "difference",
    parts: [part(a), part(b, "b")],
    ...more,
  });

  it("shows how far each side is", async () => {
    showRuns(
      both({ progress: { done: 1, total: 4, stage: "one" } }, { progress: { done: 2, total: 4, stage: "other" } }),
    );
    await later(1100);
    expect(screen.getByText("one")).toBeDefined();
    expect(screen.getByText("other")).toBeDefined();
    expect(screen.getAllByRole("button", { name: "Cancel" })).toHaveLength(2);
    expect(screen.getByText("A")).toBeDefined();
    expect(screen.getByText("B")).toBeDefined();
  });

  it("shows the side that failed, and no figure", () => {
    const problem = new ApiProblem({ code: "bad", message: "Prompt B is empty." }, 422);
    showRuns(both({ status: "done", shown: shown() }, { status: "failed", problem }));
    expect(screen.getByText("Prompt B is empty")).toBeDefined();
    expect(screen.queryByText("figure of k")).toBeNull();
  });

  it("says why there is no difference", () => {
    const done = { status: "done" as const, shown: shown() };
    showRuns(both(done, done, { reason: "A has 6 layers and B has 12." }));
    expect(screen.getByText("A − B cannot be drawn")).toBeDefined();
    expect(screen.getByText("A has 6 layers and B has 12.")).toBeDefined();
  });
});

it("a panel that needs something first says only that", () => {
  showRuns(alone({ status: "failed", problem: new ApiProblem({ code: "bad", message: "no" }, 422) }), {
    blocked: <p>Pick a cell first</p>,
  });
  expect(screen.getByText("Pick a cell first")).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});

it("a panel that was never run offers to", async () => {
  const { onRun } = show(null);
  await user().click(screen.getByRole("button", { name: "Run" }));
  expect(onRun).toHaveBeenCalled();
});
