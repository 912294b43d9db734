import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelsQuery } from "../../api/models";
import { queryClient } from "../../api/queryClient";
import { EMPTY, useWorkspace } from "../../state/workspace";
import { listed, loading, ready } from "../models/fixtures";
import { ModelMenu } from "./ModelMenu";

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => undefined));
  queryClient.setQueryData(modelsQuery.queryKey, [listed("asleep"), ready("one"), loading("two", 620_000, 1_000_000)]);
  useWorkspace.setState({ ...EMPTY, model: "one", prompt: "Hello", draft: "Hello" });
});

afterEach(() => {
  vi.restoreAllMocks();
  queryClient.clear();
});

const show = (side: "a" | "b") =>
  render(
    <QueryClientProvider client={queryClient}>
      <ModelMenu side={side} />
    </QueryClientProvider>,
  );

describe("the chip of a model", () => {
  it("tells name and state, and no letter while nothing is compared", () => {
    show("a");
    expect(screen.getByRole("button")).toHaveTextContent(/^one ?ready$/);
  });

  it("lists what is loaded first, then the others with the memory they need, and loading last", async () => {
    show("a");
    await userEvent.click(screen.getByRole("button"));
    const rows = [...screen.getAllByRole("menuitemcheckbox"), screen.getByRole("menuitem")];
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      "oneready",
      "twoloading 62%",
      "asleep496\u00a0MB",
      "Load a model…",
    ]);
    expect(rows[0]).toBeChecked();
    await userEvent.click(rows[1]);
    expect(useWorkspace.getState()).toMatchObject({ model: "two", prompt: "Hello", second: null });
  });
});

describe("the chip of the second side", () => {
  it("is that of the first until another model is chosen, and follows it again when the same is", async () => {
    useWorkspace.getState().setSecond({});
    show("b");
    expect(screen.getByRole("button")).toHaveTextContent(/^B ?one ?ready$/);
    await userEvent.click(screen.getByRole("button"));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: /^two/ }));
    expect(useWorkspace.getState()).toMatchObject({ model: "one", second: { model: "two" } });
    await userEvent.click(screen.getByRole("button"));
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: /^one/ }));
    expect(useWorkspace.getState().second?.model).toBe("");
  });
});
