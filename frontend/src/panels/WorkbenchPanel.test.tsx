import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../api/queryClient";
import type { Method } from "../api/types";
import { documentOf } from "../kinds/fixtures";
import type { Cell, ResultDocument } from "../kinds/types";
import { useLayout } from "../state/layout";
import { secondOf, useRuns, type PanelRun } from "../state/runs";
import { selection } from "../state/selection";
import { EMPTY, useWorkspace } from "../state/workspace";
import type { FigureProps } from "./Figure";
import { WorkbenchPanel } from "./WorkbenchPanel";

const { runPanels } = vi.hoisted(() => ({ runPanels: vi.fn() }));
vi.mock("../state/runner", () => ({ runPanels, runPanel: vi.fn(), applyRemedy: vi.fn(), addAndRun: vi.fn() }));
vi.mock("../kinds", () => {
  const read = (_: ResultDocument, { layer, head }: Cell) => (head == null ? null : `Head ${layer}.${head} adds most.`);
  const kind = Promise.resolve({ read });
  return { loadKind: () => kind };
});
vi.mock("../state/media", () => ({ useBreadth: () => "full" }));
vi.mock("./Figure", () => ({
  Figure: ({ document, limits, selection: store }: FigureProps) => (
    <p>
      figure of {document.key}, {JSON.stringify(document.result.quantities[0].limits ?? limits?.x ?? null)}, pin{" "}
      {String(store.get().pin?.position)}
    </p>
  ),
}));

const lens = {
  ...{ id: "a/lens", title: "Logit lens", version: 1, kind: "head_grid", purpose: "What each layer predicts." },
  ...{ question: "", reading: "Read upward.", synonyms: [], next: [], papers: [{ title: "The lens", year: 2020 }] },
  ...{ requires: [], resources: { model: "Model" }, shortcut: "" },
  params: {
    properties: {
      prompt: { type: "string", default: "", widget: "prompt" },
      norm: { type: "string", enum: ["final", "none"], default: "final" },
    },
  },
} as unknown as Method;

const patching = {
  ...lens,
  params: {
    properties: {
      clean: { type: "string", default: "", widget: "prompt" },
      corrupt: { type: "string", default: "", widget: "prompt", side: "b" },
    },
  },
} as Method;

const result = (key: string, values: number[], change: Partial<ResultDocument> = {}): ResultDocument => ({
  ...documentOf("head_grid", {
    quantities: [{ name: "x", label: "effect", scale: "mag" }],
    dims: { x: ["layer", "head"] },
    x: [values],
  }),
  key,
  method: "a/lens",
  request: { model: "m", prompt: "one" },
  checks: [{ name: "c", label: `checked ${key}`, value: null, verdict: "info" }],
  ...change,
});

function done(uid: string, document: ResultDocument, request = { model: "m", prompt: "one" }): void {
  const run: PanelRun = {
    ...{ uid, status: "done", request, started: 0, queue: null, progress: null, problem: null },
    shown: { document, request, cached: false, partial: false },
  };
  useRuns.setState(({ runs }) => ({ runs: { ...runs, [uid]: run } }));
}

let uid = "";

function Host({ method }: { method: Method }) {
  const panels = useWorkspace((workspace) => workspace.panels);
  return panels.map((panel) => <WorkbenchPanel key={panel.uid} panel={panel} method={method} describedBy="hint" />);
}

const show = (method = lens) =>
  render(
    <QueryClientProvider client={queryClient}>
      <Host method={method} />
    </QueryClientProvider>,
  );

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => undefined));
  useWorkspace.setState({ ...EMPTY, model: "m", prompt: "one", draft: "one" });
  useRuns.setState({ runs: {} });
  uid = useWorkspace.getState().addPanel("a/lens");
  done(uid, result("A", [1, 2]));
  act(() => selection.replace({ position: 3 }, null));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.clearAllMocks();
  queryClient.clear();
});

const compareWith = (prompt: string) =>
  act(() => useWorkspace.setState({ second: { model: "", draft: prompt, prompt } }));

describe("a panel", () => {
  it("is one stop, named by its title, and says how it is entered", () => {
    show();
    const panel = screen.getByRole("region", { name: "Logit lens" });
    expect(panel.tabIndex).toBe(0);
    expect(panel.getAttribute("aria-describedby")).toBe("hint");
    expect(screen.getByText("figure of A, null, pin 3")).toBeDefined();
    expect(screen.getByRole("button", { name: "measured: checked A" })).toBeDefined();
  });

  it("is renamed in place, and gets its name back by an empty one", async () => {
    show();
    await userEvent.dblClick(screen.getByText("Logit lens"));
    await userEvent.clear(screen.getByLabelText("Name of this panel"));
    await userEvent.type(screen.getByLabelText("Name of this panel"), "Mine{Escape}");
    expect(useWorkspace.getState().panels[0].title).toBeUndefined();
    await userEvent.dblClick(screen.getByText("Logit lens"));
    await userEvent.clear(screen.getByLabelText("Name of this panel"));
    await userEvent.type(screen.getByLabelText("Name of this panel"), " Mine {Enter}");
    expect(screen.getByRole("region", { name: "Mine" })).toBeDefined();
    await userEvent.dblClick(screen.getByText("Mine"));
    await userEvent.clear(screen.getByLabelText("Name of this panel"));
    fireEvent.blur(screen.getByLabelText("Name of this panel"));
    expect(screen.getByRole("region", { name: "Logit lens" })).toBeDefined();
  });

  it("moves with Alt and an arrow", () => {
    const other = useWorkspace.getState().addPanel("a/lens");
    show();
    fireEvent.keyDown(screen.getAllByRole("region")[0], { key: "ArrowDown", altKey: true });
    expect(useWorkspace.getState().panels.map((panel) => panel.uid)).toEqual([other, uid]);
  });

  it("says how it is read, and what it says where the pin is", async () => {
    act(() => selection.replace({ layer: 0, head: 1 }, null));
    show();
    // What is said of the pin waits for the kind's module.
    await act(async () => fireEvent.click(screen.getByRole("button", { name: "How to read this" })));
    expect(screen.getByText("Read upward.")).toBeDefined();
    expect(screen.getByText("The lens (2020)")).toBeDefined();
    expect(screen.getByRole("link").getAttribute("href")).toBe("/docs/a/lens");
    expect(screen.getByText("Where the pin is:")).toBeDefined();
    expect(screen.getByText(/Head 0\.1 adds most\./)).toBeDefined();
    act(() => selection.replace({ position: 3 }, null));
    expect(screen.queryByText("Where the pin is:")).toBeNull();
  });

  it("shows as code the request that was answered", async () => {
    useWorkspace.setState({ draft: "two", prompt: "two" });
    show();
    act(() => useLayout.getState().setCodeFor(uid));
    expect(await screen.findByText(/"prompt": "one"/)).toBeDefined();
    act(() => useLayout.getState().setCodeFor(null));
  });

  it("keeps its result beside the next", async () => {
    show();
    await userEvent.click(screen.getByRole("button", { name: "More" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Pin for comparison" }));
    const [, copy] = useWorkspace.getState().panels;
    expect(copy).toMatchObject({ method: "a/lens", kept: "A" });
    expect(runPanels).toHaveBeenCalledWith([copy.uid]);
  });
});

describe("a panel that keeps a result", () => {
  it("says of what, asks nothing, shares its scale with what is asked now, and can be let go", async () => {
    const copy = useWorkspace.getState().duplicatePanel(uid) ?? "";
    useWorkspace.getState().keepResult(copy, "old");
    done(copy, result("old", [7, 8]), { model: "m", prompt: "before" });
    show();
    expect(screen.getByText("figure of A, [0,8], pin 3")).toBeDefined();
    expect(screen.getByText("figure of old, [0,8], pin 3")).toBeDefined();
    expect(screen.getByText("Kept: specimen · “one”")).toBeDefined();
    expect(screen.queryByText("The prompt changed")).toBeNull();
    expect(screen.getAllByLabelText("norm")[1]).toHaveProperty("disabled", true);
    await userEvent.click(screen.getByRole("button", { name: "Follow again" }));
    expect(useWorkspace.getState().panels[1].kept).toBeUndefined();
    expect(runPanels).toHaveBeenCalledWith([copy]);
  });
});

describe("a panel that compares", () => {
  beforeEach(() => {
    done(secondOf(uid), result("B", [3, 8]), { model: "m", prompt: "two" });
    compareWith("two");
  });

  it("shows one side at a time, by its letter, on one scale", () => {
    show();
    expect(screen.getByText("figure of A, [0,8], pin 3")).toBeDefined();
    expect(screen.getByText("A")).toBeDefined();
    act(() => useWorkspace.getState().setSide("b"));
    expect(screen.getByText("figure of B, [0,8], pin 3")).toBeDefined();
    expect(screen.getByText("B")).toBeDefined();
    expect(screen.queryByText("A")).toBeNull();
  });

  it("shows what differs, with the checks of the difference", async () => {
    useWorkspace.setState({ side: "difference" });
    show();
    expect(await screen.findByText(/^figure of A-B-position, \[-6,6\]/)).toBeDefined();
    expect(screen.getByRole("button", { name: "measured: aligned 4 of 4" })).toBeDefined();
  });

  it("says why nothing can be subtracted", async () => {
    done(secondOf(uid), result("B", [3, 8, 9]), { model: "m", prompt: "two" });
    useWorkspace.setState({ side: "difference" });
    show();
    expect(await screen.findByText("A − B cannot be drawn")).toBeDefined();
  });

  it("knows no sides where the method reads both prompts itself", () => {
    show(patching);
    expect(screen.getByText("figure of A, null, pin 3")).toBeDefined();
    expect(screen.queryByText("A")).toBeNull();
  });
});

it("positions of side B are those that stand beside the pinned one", () => {
  const tokens = documentOf("head_grid", {}).result.tokens;
  const later = result("B", [1, 2]);
  done(secondOf(uid), { ...later, result: { ...later.result, tokens: [...tokens.slice(0, 1), ...tokens] } });
  compareWith("two");
  useWorkspace.setState({ side: "b", align: "last" });
  show();
  expect(screen.getByText(/figure of B, .*, pin 4/)).toBeDefined();
});
