import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CheckBadges, howManyFit } from "./CheckBadges";

const check = (name: string, verdict: "ok" | "warn" | "fail" | "info" = "ok") => ({
  name,
  label: name,
  value: 0.5,
  ok: 1,
  control: 0.25,
  explanation: `What ${name} measures.`,
  verdict,
});

/** An element is 100 wide; the line of badges has the room given. */
function layout(room: number) {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue({ width: 100 } as DOMRect);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockImplementation(() => room);
}

afterEach(() => vi.restoreAllMocks());

describe("how many badges fit", () => {
  it.each([
    [[100, 100], 300, 2],
    [[100, 100], 208, 2],
    [[100, 100], 207, 1],
    [[100, 100, 100], 250, 2],
    [[100, 100], 137, 0],
    [[100], 99, 0],
    [[], 0, 0],
  ])("%j in %d: %d", (widths, room, fitting) => expect(howManyFit(widths, room)).toBe(fitting));
});

describe("badges of a panel", () => {
  it("stand in one line, the worst first", () => {
    layout(500);
    render(<CheckBadges checks={[check("one"), check("two", "fail"), check("three", "info")]} />);
    const names = screen.getAllByRole("button").map(({ textContent }) => textContent);
    expect(names).toEqual(["two 0.50", "one 0.50", "three 0.50"]);
  });

  it("stand behind a count where there is no room, and open to all they measured", async () => {
    layout(150);
    render(<CheckBadges checks={[check("one", "fail"), check("two"), check("three")]} />);
    expect(screen.getAllByRole("button")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "2 more checks" }));
    expect(screen.getByText("What two measures.")).toBeDefined();
    expect(screen.getByText("What three measures.")).toBeDefined();
    expect(screen.getAllByText("0.25")).toHaveLength(2);
  });

  it("say how many they are where not even one fits", () => {
    layout(60);
    render(<CheckBadges checks={[check("one", "warn"), check("two")]} />);
    const [button] = screen.getAllByRole("button");
    expect(button.textContent).toBe("2 checks");
    expect(button.className).toContain("warn");
  });

  it("come forward when there is room again", () => {
    let told: () => void = () => undefined;
    vi.stubGlobal(
      "ResizeObserver",
      class {
        constructor(listener: () => void) {
          told = listener;
        }
        observe() {}
        disconnect() {}
      },
    );
    layout(60);
    render(<CheckBadges checks={[check("one"), check("two")]} />);
    expect(screen.getAllByRole("button")).toHaveLength(1);
    layout(400);
    act(told);
    expect(screen.getAllByRole("button")).toHaveLength(2);
    vi.unstubAllGlobals();
  });
});
