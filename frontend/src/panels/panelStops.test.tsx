import { fireEvent, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { usePanelStops } from "./panelStops";

function Page() {
  const host = useRef<HTMLDivElement>(null);
  usePanelStops(host);
  const panel = (name: string, grid: boolean) => (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="panel" tabIndex={0} aria-label={name}>
      <button>{name} menu</button>
      <div className="panel-params">
        <button>{name} setting</button>
      </div>
      <div className="panel-body">
        {grid && <div role="gridcell" tabIndex={0} aria-label={`${name} grid`} />}
        <input aria-label={`${name} field`} />
      </div>
    </section>
  );
  return (
    <>
      <button>before</button>
      <div ref={host}>
        {panel("one", true)}
        {panel("two", false)}
      </div>
      <button>after</button>
    </>
  );
}

const one = () => screen.getByRole("region", { name: "one" });
const two = () => screen.getByRole("region", { name: "two" });
const key = (name: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement as Element, { key: name, ...more });

beforeEach(() => void render(<Page />));

describe("panels as stops of the Tab key", () => {
  it("let Tab pass over what is inside, for that one key press", async () => {
    one().focus();
    key("Tab");
    const inside = [...one().children, ...two().children] as HTMLElement[];
    expect(inside.every(({ inert }) => inert)).toBe(true);
    expect(one().inert).not.toBe(true);
    await vi.waitFor(() => expect(inside.some(({ inert }) => inert)).toBe(false));
  });

  it("take whoever Tabs backwards into their end to the panel itself", () => {
    screen.getByText("after").focus();
    key("Tab", { shiftKey: true });
    screen.getByLabelText("two field").focus();
    expect(document.activeElement).toBe(two());
  });

  it("leave the focus where a click or a script puts it", () => {
    screen.getByText("after").focus();
    key("Tab");
    fireEvent.pointerDown(screen.getByLabelText("two field"));
    screen.getByLabelText("two field").focus();
    expect(document.activeElement).toBe(screen.getByLabelText("two field"));
  });
});

describe("a panel", () => {
  it("is entered at its grid, else at its first control", () => {
    one().focus();
    key("Enter");
    expect(document.activeElement).toBe(screen.getByRole("gridcell"));
    two().focus();
    key("Enter");
    expect(document.activeElement).toBe(screen.getByText("two setting"));
  });

  it("lets Tab walk inside", () => {
    screen.getByText("one setting").focus();
    key("Tab");
    expect((one().children[0] as HTMLElement).inert).not.toBe(true);
    screen.getByRole("gridcell").focus();
    expect(document.activeElement).toBe(screen.getByRole("gridcell"));
  });

  it("is left by Esc, which then clears nothing else", () => {
    screen.getByRole("gridcell").focus();
    expect(key("Escape")).toBe(false);
    expect(document.activeElement).toBe(one());
    expect(key("Escape")).toBe(true);
  });

  it("leaves Esc to what used it inside, and to full screen", () => {
    const field = screen.getByLabelText("one field");
    field.focus();
    field.addEventListener("keydown", (event) => event.preventDefault(), { once: true });
    key("Escape");
    expect(document.activeElement).toBe(field);
    one().classList.add("full-screen");
    expect(key("Escape")).toBe(true);
    expect(document.activeElement).toBe(field);
  });
});
