import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentProps } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/client";
import { queryClient } from "../api/queryClient";
import type { ResultDocument } from "../kinds/types";
import type { PanelRun } from "../state/runs";
import { PanelBody } from "./PanelBody";

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

function show(change: Partial<PanelRun> | null, props: Partial<ComponentProps<typeof PanelBody>> = {}) {
  const onRun = vi.fn();
  const onRemedy = vi.fn();
  const body = (
    <QueryClientProvider client={queryClient}>
      <PanelBody
        title="Logit lens"
        method="lens/logit-lens"
        run={change ? run(change) : undefined}
        stale={null}
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

  it("says its place in line", async () => {
    show({ status: "queued", queue: { position: 2, eta: 40 } });
    await later(1100);
    expect(screen.getByText("2nd in line")).toBeDefined();
    expect(screen.getByText(/40 s left/)).toBeDefined();
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
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(JSON.stringify(cost)));
    const { onRemedy } = show({ status: "failed", problem: problem({ code: "too_large" }, 413) });
    await later(50);
    expect(screen.getByText("This would need 9.4 GB")).toBeDefined();
    expect(screen.getByText(/1,024 tokens\. At most 6\.1 GB may be used\. These fit:/)).toBeDefined();
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
    const { container, onRun } = show({ status: "done", shown: shown() }, { stale: "model" });
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

it("a panel that was never run offers to", async () => {
  const { onRun } = show(null);
  await user().click(screen.getByRole("button", { name: "Run" }));
  expect(onRun).toHaveBeenCalled();
});
