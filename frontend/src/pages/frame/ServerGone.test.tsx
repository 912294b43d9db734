import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useConnection } from "../../state/connection";
import { ServerGone } from "./ServerGone";

const { retryNow } = vi.hoisted(() => ({ retryNow: vi.fn() }));
vi.mock("../../state/connection", async () => {
  const { create } = await import("zustand");
  return { retryNow, useConnection: create(() => ({ retryIn: null as number | null })) };
});

afterEach(() => {
  vi.clearAllMocks();
  useConnection.setState({ retryIn: null });
});

describe("the bar of a server that is gone", () => {
  it("is not there while it answers", () => {
    render(<ServerGone />);
    expect(screen.queryByRole("status")).toBeNull();
  });

  it("counts down, and asks at once when told to, once at a time", async () => {
    let answer = () => {};
    retryNow.mockImplementation(() => new Promise<void>((resolve) => (answer = resolve)));
    useConnection.setState({ retryIn: 4 });
    render(<ServerGone />);
    expect(screen.getByRole("status")).toHaveTextContent("Next try in 4 s.");
    await userEvent.click(screen.getByRole("button"));
    await userEvent.click(screen.getByRole("button"));
    expect(retryNow).toHaveBeenCalledTimes(1);
    expect(screen.getByRole("status")).toHaveTextContent("Trying now…");
    answer();
    expect(await screen.findByText("Next try in 4 s.")).toBeVisible();
  });
});
