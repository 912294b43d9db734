import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { examplesQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import type { JsonSchema, Method } from "../api/types";
import { selection } from "../state/selection";
import { EMPTY, useWorkspace } from "../state/workspace";
import Blocked from "./Blocked";
import { useNeed } from "./need";

const { runPanel, compare, openExample } = vi.hoisted(() => ({
  runPanel: vi.fn(),
  compare: vi.fn(),
  openExample: vi.fn(),
}));
vi.mock("../state/runner", () => ({ runPanel, runPanels: vi.fn() }));
vi.mock("../state/compare", () => ({ compare }));
vi.mock("./extent", () => ({ useExtent: () => ({ layers: 6, heads: 8, tokens: 15 }) }));
vi.mock("../state/start", () => ({ openExample }));

const prompt: JsonSchema = { type: "string", default: "", widget: "prompt" };
const methodWith = (properties: Record<string, JsonSchema>, required: string[] = []) =>
  ({ id: "a/b", resources: { model: "Model" }, params: { properties, required } }) as unknown as Method;

function Host({ method }: { method: Method }) {
  const [panel] = useWorkspace((workspace) => workspace.panels);
  const need = useNeed(panel, method);
  if (!need) return <p>nothing needed</p>;
  const onParams = (params: typeof panel.params) => useWorkspace.getState().setParams(panel.uid, params);
  return <Blocked {...need} panel={panel} onParams={onParams} />;
}

const show = (method: Method) =>
  render(
    <QueryClientProvider client={queryClient}>
      <Host method={method} />
    </QueryClientProvider>,
  );

beforeEach(() => {
  useWorkspace.setState({ ...EMPTY, model: "m", prompt: "text", draft: "text" });
  useWorkspace.getState().addPanel("a/b");
  act(() => selection.replace(null, null));
});
afterEach(() => {
  vi.clearAllMocks();
  queryClient.clear();
});

describe("a panel that cannot be asked yet", () => {
  it("takes the pinned place, and runs", async () => {
    act(() => selection.replace({ position: 14, row: 5, layer: 5 }, null));
    show(methodWith({ prompt, layer: { type: "integer" }, position: { type: "integer" } }, ["layer", "position"]));
    expect(screen.getByText("Pick a cell first")).toBeDefined();
    expect(screen.getByText(/^This panel describes one layer and position\./)).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Use layer 5, position 14" }));
    const [panel] = useWorkspace.getState().panels;
    expect(panel.params).toEqual({ layer: 5, position: 14 });
    expect(runPanel).toHaveBeenCalledWith(panel.uid);
  });

  it("offers the last position and layer where nothing is pinned, and nothing where that says nothing", () => {
    show(methodWith({ layer: { type: "integer" }, position: { type: "integer" } }, ["layer", "position"]));
    expect(screen.getByRole("button", { name: "Use layer 5, position 14" })).toBeDefined();
  });

  it("names a head only when one is pinned", () => {
    show(methodWith({ head: { type: "integer" } }, ["head"]));
    expect(screen.queryByRole("button")).toBeNull();
    act(() => selection.replace({ layer: 4, head: 2 }, null));
    expect(screen.getByRole("button", { name: "Use head 2" })).toBeDefined();
  });

  it("asks for what only a person can say, and runs it once it is said", async () => {
    show(methodWith({ query: { type: "string", title: "Search text" } }, ["query"]));
    // A text is no place, whatever its name.
    expect(screen.getByText("Set search text first")).toBeDefined();
    expect(screen.getByRole("button", { name: "Run" })).toHaveProperty("disabled", true);
    await userEvent.type(screen.getByLabelText("search text"), "cat");
    expect(useWorkspace.getState().panels[0].params).toEqual({ query: "cat" });
    await userEvent.click(screen.getByRole("button", { name: "Run" }));
    expect(runPanel).toHaveBeenCalled();
  });

  it("asks for a prompt, with an example at hand", async () => {
    useWorkspace.setState({ prompt: "", draft: "" });
    const example = { title: "Indirect object", prompt: "When Mary" };
    queryClient.setQueryData(examplesQuery.queryKey, [example] as never);
    show(methodWith({ prompt }));
    await userEvent.click(screen.getByRole("button", { name: "Use “Indirect object”" }));
    expect(openExample).toHaveBeenCalledWith(example);
  });

  it("asks for a second side where the method compares two", async () => {
    show(methodWith({ clean: prompt, corrupt: { ...prompt, side: "b" } }));
    await userEvent.click(screen.getByRole("button", { name: "Compare A with B" }));
    expect(compare).toHaveBeenCalledWith(true);
  });

  it("needs nothing where everything is there, nor for a result it keeps", () => {
    const { unmount } = show(methodWith({ prompt }));
    expect(screen.getByText("nothing needed")).toBeDefined();
    unmount();
    useWorkspace.setState(({ panels: [panel] }) => ({ prompt: "", draft: "", panels: [{ ...panel, kept: "key" }] }));
    show(methodWith({ prompt }));
    expect(screen.getByText("nothing needed")).toBeDefined();
  });
});
