import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { methodsQuery, modelsQuery, tokensQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import type { Method, Model } from "../../api/types";
import { selection } from "../../state/selection";
import { NO_QUESTION, useWorkspace } from "../../state/workspace";
import { Catalogue } from "./Catalogue";
import { PromptZone } from "./PromptZone";
import { useKeys } from "./useKeys";

const { runPanels, runWorkspace } = vi.hoisted(() => ({ runPanels: vi.fn(), runWorkspace: vi.fn() }));
vi.mock("../../state/runner", () => ({
  runPanels,
  runWorkspace,
  addAndRun: (method: string) => useWorkspace.getState().addPanel(method),
}));

const make = (id: string, title: string, requires: string[] = []) =>
  ({
    id,
    title,
    requires,
    kind: "table",
    question: "Where does it look?",
    purpose: "",
    reading: "",
    synonyms: ["mapping"],
    papers: [],
    next: [],
    resources: { model: "Model" },
    params: { properties: { target: {}, distractor: {} } },
    shortcut: "",
  }) as unknown as Method;

const methods = [
  make("attention/pattern", "Attention pattern", ["patterns"]),
  make("lens/direct", "Direct attribution"),
];
const model = {
  id: "m",
  title: "m",
  state: "ready",
  layers: 2,
  capabilities: ["causal"],
  missing: { patterns: "loaded without" },
};
const tokens = ["<bos>", "When", " Mary", " and"].map((text, id) => ({
  id,
  text,
  bytes: "",
  offset: null,
  special: id === 0,
}));

const Host = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
);

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => undefined));
  queryClient.setQueryData(methodsQuery.queryKey, { methods, errors: {} });
  queryClient.setQueryData(modelsQuery.queryKey, [model as unknown as Model]);
  queryClient.setQueryData(tokensQuery("m", "When Mary and").queryKey, tokens as never);
  useWorkspace.setState({
    model: "m",
    draft: "When Mary and",
    prompt: "When Mary and",
    second: null,
    question: NO_QUESTION,
    panels: [],
  });
  act(() => selection.replace(null, null));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.clearAllMocks();
  queryClient.clear();
});

describe("the token strip", () => {
  const option = (position: number) => screen.getByRole("option", { name: new RegExp(`^Position ${position}:`) });

  it("pins by click and unpins by the second", async () => {
    render(<PromptZone />, { wrapper: Host });
    await userEvent.click(option(2));
    expect(selection.get().pin).toEqual({ position: 2 });
    expect(option(2).getAttribute("aria-selected")).toBe("true");
    fireEvent.click(option(2), { detail: 1 });
    expect(selection.get().pin).toBeNull();
  });

  it("moves with arrows, has one tab stop, and extends a range with Shift", () => {
    render(<PromptZone />, { wrapper: Host });
    expect(screen.getAllByRole("option").filter((cell) => cell.tabIndex === 0)).toHaveLength(1);
    fireEvent.keyDown(option(0), { key: "End" });
    expect(selection.get().pin?.position).toBe(3);
    expect(document.activeElement).toBe(option(3));
    fireEvent.keyDown(option(3), { key: "ArrowRight" });
    expect(selection.get().pin?.position).toBe(3);
    fireEvent.keyDown(option(3), { key: "ArrowLeft", shiftKey: true });
    expect(selection.get().range).toEqual([2, 3]);
  });

  it("hovers without rendering", () => {
    const { container } = render(<PromptZone />, { wrapper: Host });
    act(() => selection.setHover({ position: 1 }));
    return new Promise<void>((resolve) =>
      requestAnimationFrame(() => {
        expect(container.querySelectorAll(".strip-cell.hovered")).toHaveLength(1);
        resolve();
      }),
    );
  });
});

describe("the question line", () => {
  it("takes a token, a dot standing for its space, and runs what reads it", async () => {
    useWorkspace.getState().addPanel("lens/direct");
    const [{ uid }] = useWorkspace.getState().panels;
    render(<PromptZone />, { wrapper: Host });
    await userEvent.click(screen.getByRole("button", { name: /^target/ }));
    const field = await screen.findByRole("combobox", { name: "target" });
    await userEvent.type(field, "·Mary{Enter}");
    expect(useWorkspace.getState().question.target).toEqual([" Mary"]);
    expect(runPanels).toHaveBeenCalledWith([uid]);
    await userEvent.click(screen.getByRole("button", { name: "Swap target and distractor" }));
    expect(useWorkspace.getState().question).toMatchObject({ target: [], distractor: [" Mary"] });
  });

  it("offers to ask at the pinned position", async () => {
    render(<PromptZone />, { wrapper: Host });
    act(() => selection.setPin({ position: 1 }));
    await userEvent.click(screen.getByRole("button", { name: "Ask at 1" }));
    expect(useWorkspace.getState().question.position).toBe(1);
  });
});

describe("the catalogue", () => {
  it("adds a panel by search: arrows choose, Enter adds", async () => {
    render(<Catalogue />, { wrapper: Host });
    const field = screen.getByRole("combobox", { name: "Search methods" });
    await userEvent.type(field, "mapping");
    const hits = within(screen.getByRole("listbox", { name: "Methods found" })).getAllByRole("option");
    expect(hits).toHaveLength(2);
    expect(hits[0].getAttribute("aria-selected")).toBe("true");
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(useWorkspace.getState().panels.map(({ method }) => method)).toEqual(["lens/direct"]);
  });

  it("is one stop of the Tab key: arrows move in it, and close and open a question", async () => {
    render(<Catalogue />, { wrapper: Host });
    const buttons = () => within(screen.getByRole("navigation")).getAllByRole("button");
    const stops = () => buttons().filter(({ tabIndex }) => tabIndex === 0);
    expect(stops()).toEqual([buttons()[0]]);
    buttons()[0].focus();
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(buttons()[1]);
    expect(stops()).toEqual([buttons()[1]]);
    await userEvent.keyboard("{End}{ArrowDown}");
    expect(document.activeElement).toBe(buttons().at(-1));
    await userEvent.keyboard("{Home}");
    const count = buttons().length;
    await userEvent.keyboard("{ArrowLeft}");
    expect(buttons().length).toBeLessThan(count);
    await userEvent.keyboard("{ArrowRight}");
    expect(buttons()).toHaveLength(count);
  });

  it("keeps methods that cannot run in sight, and says why", async () => {
    render(<Catalogue />, { wrapper: Host });
    await userEvent.click(screen.getByRole("button", { name: /Attention pattern/ }));
    expect(useWorkspace.getState().panels).toEqual([]);
    expect(await screen.findByRole("dialog", { name: "Attention pattern cannot run on m" })).toBeDefined();
    expect(screen.getByText("loaded without")).toBeDefined();
  });
});

describe("keys", () => {
  const Keys = () => {
    useKeys(true);
    return <textarea aria-label="text" />;
  };
  const press = (key: string, more: KeyboardEventInit = {}, target: Element = document.body) =>
    fireEvent.keyDown(target, { key, ...more });

  it("run, from inside a field too", () => {
    render(<Keys />, { wrapper: Host });
    press("Enter", { ctrlKey: true }, screen.getByLabelText("text"));
    press("Enter", { metaKey: true });
    expect(runWorkspace).toHaveBeenCalledTimes(2);
  });

  it("clear the range, then the pin", () => {
    render(<Keys />, { wrapper: Host });
    act(() => selection.replace({ position: 1 }, [1, 2]));
    press("Escape");
    expect(selection.get()).toMatchObject({ range: null, pin: { position: 1 } });
    press("Escape");
    expect(selection.get().pin).toBeNull();
  });

  it("leave letters to those who type", () => {
    const uid = useWorkspace.getState().addPanel("lens/direct");
    render(<Keys />, { wrapper: Host });
    press("w", {}, screen.getByLabelText("text"));
    expect(useWorkspace.getState().panels[0].width).toBeUndefined();
    press("w");
    expect(useWorkspace.getState().panels[0]).toMatchObject({ uid, width: "full" });
  });
});
