import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import type { Method, Model } from "../../api/types";
import { EMPTY, useWorkspace } from "../../state/workspace";
import CannotRun, { modelsFor } from "./CannotRun";

const { openAnalysis, compare } = vi.hoisted(() => ({ openAnalysis: vi.fn(), compare: vi.fn() }));
vi.mock("../../panels/open", () => ({ openAnalysis }));
vi.mock("../../state/compare", () => ({ compare }));
vi.mock("../../state/runner", () => ({ runPanels: vi.fn() }));

const make = (id: string, capabilities: string[], change: Partial<Model> = {}) =>
  ({
    ...{ id, title: id, capabilities, missing: { patterns: "Loaded without attention weights." } },
    ...{ problem: null, bytes: 4e8, state: "not_loaded" },
    ...change,
  }) as unknown as Model;
const heads = {
  id: "a/heads",
  title: "Head roles",
  requires: ["patterns"],
  params: { properties: {} },
} as unknown as Method;
const both = {
  ...heads,
  requires: [],
  params: { properties: { corrupt: { type: "string", widget: "prompt", side: "b" } } },
} as Method;

const show = (method: Method) => {
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={queryClient}>
      <CannotRun method={method} onClose={onClose} />
    </QueryClientProvider>,
  );
  return onClose;
};

beforeEach(() => {
  queryClient.setQueryData(modelsQuery.queryKey, [
    make("odd", [], { state: "ready" }),
    make("large", ["patterns"], { bytes: 8e9 }),
    make("small", ["patterns"]),
  ]);
  useWorkspace.setState({ ...EMPTY, model: "odd" });
});
afterEach(() => {
  vi.clearAllMocks();
  queryClient.clear();
});

describe("a method that cannot run", () => {
  it("says why, and offers a model that can run it with what that takes", async () => {
    const onClose = show(heads);
    expect(screen.getByRole("dialog", { name: "Head roles cannot run on odd" })).toBeDefined();
    expect(screen.getByText("Loaded without attention weights.")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: /^Use small · loads 400/ }));
    expect(useWorkspace.getState().model).toBe("small");
    expect(openAnalysis).toHaveBeenCalledWith({ method: "a/heads" });
    expect(onClose).toHaveBeenCalled();
  });

  it("offers to compare where two sides are missing", async () => {
    show(both);
    expect(screen.getByRole("dialog", { name: "Head roles compares two runs" })).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Compare A with B" }));
    expect(compare).toHaveBeenCalledWith(true);
    expect(openAnalysis).toHaveBeenCalledWith({ method: "a/heads" });
  });
});

it("models in memory come first, then the smallest; those that failed do not come at all", () => {
  const models = [
    make("large", ["patterns"], { bytes: 8e9 }),
    make("small", ["patterns"]),
    make("loaded", ["patterns"], { bytes: 9e9, state: "ready" }),
    make("odd", []),
    make("broken", ["patterns"], { problem: { code: "x", message: "x" } }),
  ];
  expect(modelsFor(heads, models).map(({ id }) => id)).toEqual(["loaded", "small", "large"]);
});
