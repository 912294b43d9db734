import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import type { NumberSource } from "../../../state/claim";
import { analysisOf, type Report, type SavedPanel } from "../../../state/saved";
import { readNumber } from "./NumberField";
import { ReportForm } from "./ReportForm";

const panel = (key: string, title: string): SavedPanel => ({
  ...{ key, title, method: "a/b", purpose: "", reading: "", papers: [], fields: [] },
});

const START: Report = {
  ...{ title: "T", offered: "T", notes: "", after: "", claim: null, address: "m=x", fidelity: {} },
  blocks: ["One", "Two", "Three"].map((title) => ({ id: title, panel: panel(title, title), included: true })),
};

const source = (): NumberSource => ({
  checks: [{ name: "c", label: "recovered", value: 0.75, control: 0.03, verdict: "ok" }],
  result: { facts: { ablation: { value: -2.11, low: -2.38, high: -1.84 } } },
});

function open() {
  const user = userEvent.setup();
  const submitted = vi.fn();
  let latest = START;
  function Host() {
    const [report, setReport] = useState(START);
    latest = report;
    return (
      <>
        <ReportForm id="form" report={report} onChange={setReport} onSubmit={submitted} source={source} />
        <button type="submit" form="form">
          Send
        </button>
      </>
    );
  }
  render(<Host />);
  return { user, submitted, report: () => latest };
}

const order = (report: Report) => report.blocks.map(({ id }) => id);

describe("the report form", () => {
  it("orders panels by buttons, and the focus goes with the panel", async () => {
    const { user, report } = open();
    await user.click(screen.getByRole("button", { name: "Move Three up" }));
    expect(order(report())).toEqual(["One", "Three", "Two"]);
    expect(screen.getByRole("button", { name: "Move Three up" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(order(report())).toEqual(["Three", "One", "Two"]);
    expect(screen.getByRole("button", { name: "Move Three down" })).toHaveFocus();
    expect(document.querySelector("[role=status]")).toHaveTextContent("Three is now 1 of 3");
  });

  it("orders panels by keys from any of their controls", async () => {
    const { user, report } = open();
    screen.getByRole("checkbox", { name: "One" }).focus();
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect(order(report())).toEqual(["Two", "One", "Three"]);
    await user.keyboard("{Alt>}{ArrowUp}{ArrowUp}{/Alt}");
    expect(order(report())).toEqual(["One", "Two", "Three"]);
  });

  it("writes a text before a panel and leaves panels out of what is stored", async () => {
    const { user, report } = open();
    await user.click(screen.getByRole("button", { name: "Text before Two" }));
    await user.type(screen.getByRole("textbox", { name: "Text before Two" }), "Then");
    await user.click(screen.getByRole("checkbox", { name: "One" }));
    const analysis = analysisOf(report(), "");
    expect(analysis.results).toEqual(["Two", "Three"]);
    expect(analysis.workspace.panels).toMatchObject([{ key: "Two", before: "Then" }, { key: "Three" }]);
  });

  it("takes a claim with numbers from a panel, interval and all, or as typed", async () => {
    const { user, report } = open();
    await user.click(screen.getByRole("button", { name: "Add a claim" }));
    await user.type(screen.getByRole("textbox", { name: /one sentence/ }), "So it is.");
    await user.click(screen.getByRole("radio", { name: "supported" }));
    const rests = screen.getByRole("group", { name: "Rests on" });
    await user.click(within(rests).getByRole("checkbox", { name: "Two" }));
    const effect = screen.getByRole("group", { name: "Effect" });
    const offers = within(effect).getByRole("combobox", { name: /Take the numbers of Effect/ });
    await user.selectOptions(offers, within(offers).getAllByRole("option", { name: /ablation/ })[0]);
    const control = screen.getByRole("group", { name: "Control" });
    await user.type(within(control).getByRole("textbox", { name: "Value" }), "\u22120,09");
    await user.type(screen.getByRole("textbox", { name: "Prompts" }), "64");
    expect(report().claim).toEqual({
      sentence: "So it is.",
      verdict: "supported",
      prompts: 64,
      effect: { label: "ablation", value: -2.11, low: -2.38, high: -1.84 },
      control: { label: "", value: -0.09, low: null, high: null },
    });
    expect(within(effect).getByRole("textbox", { name: "95% from" })).toHaveValue("-2.38");
    expect(report().blocks.map(({ panel: shown }) => shown.evidence ?? false)).toEqual([false, true, false]);
  });

  it("removes the claim, and sends the report by Enter in the title", async () => {
    const { user, report, submitted } = open();
    await user.click(screen.getByRole("button", { name: "Add a claim" }));
    await user.click(screen.getByRole("button", { name: "Remove the claim" }));
    expect(report().claim).toBeNull();
    await user.type(screen.getByRole("textbox", { name: "Title" }), "!{Enter}");
    expect(report().title).toBe("T!");
    expect(submitted).toHaveBeenCalledOnce();
  });

  it.each([
    ["", null],
    [" 1.5 ", 1.5],
    ["\u22122,5", -2.5],
    ["1e-3", 0.001],
    ["1.5x", undefined],
    ["Infinity", undefined],
  ])("reads %j as a number", (typed, expected) => {
    expect(readNumber(typed)).toBe(expected);
  });
});
