import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { CheckBadge, checkText, type BadgeCheck } from "./Badge";
import { DataTable } from "./DataTable";
import { Dialog } from "./Dialog";
import { t } from "./i18n";
import { Progress } from "./Progress";
import { Segmented } from "./Segmented";
import { Select } from "./Select";
import { toast, Toaster } from "./Toast";

const check: BadgeCheck = {
  name: "sum",
  label: "sum error",
  value: 2.1e-7,
  ok: 1e-4,
  warn: 1e-2,
  control: 0.3,
  explanation: "Parts against the score.",
  verdict: "ok",
};

test("a badge says its number, and opens to its threshold", async () => {
  expect(checkText(check)).toBe("sum error 2.1e−7");
  render(<CheckBadge check={check} />);
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "passed: sum error 2.1e−7" })));
  expect(screen.getByText("Parts against the score.")).toBeVisible();
  expect(screen.getByText("Passes at 1.0e−4 or less, borderline up to 0.01.")).toBeVisible();
});

test("a segmented control is a group of radio buttons", () => {
  const onChange = vi.fn();
  const options = [
    { value: "a" as const, label: "A" },
    { value: "b" as const, label: "B" },
  ];
  render(<Segmented label="Side" options={options} value="a" onChange={onChange} />);
  expect(screen.getByRole("radiogroup", { name: "Side" })).toBeVisible();
  fireEvent.click(screen.getByRole("radio", { name: "B" }));
  expect(onChange).toHaveBeenCalledWith("b");
});

test("a select is the browser's own", () => {
  const onChange = vi.fn();
  render(
    <Select
      label="lens"
      options={[
        { value: "raw", label: "raw" },
        { value: "tuned", label: "tuned" },
      ]}
      value="raw"
      onChange={onChange}
    />,
  );
  fireEvent.change(screen.getByRole("combobox", { name: "lens" }), { target: { value: "tuned" } });
  expect(onChange).toHaveBeenCalledWith("tuned");
});

test("progress is told in quarters", () => {
  render(<Progress value={0.62} />);
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "50");
});

test("a dialog is modal, titled and closes", () => {
  const onClose = vi.fn();
  const { rerender } = render(
    <Dialog open onClose={onClose} title="Share">
      body
    </Dialog>,
  );
  expect(screen.getByRole("dialog", { name: "Share" })).toHaveAttribute("open");
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(onClose).toHaveBeenCalled();
  rerender(
    <Dialog open={false} onClose={onClose} title="Share">
      body
    </Dialog>,
  );
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a toast offers to undo, and goes by itself", () => {
  vi.useFakeTimers();
  const run = vi.fn();
  render(<Toaster />);
  act(() => void toast({ text: "Panel removed.", action: { label: "Undo", run } }));
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(run).toHaveBeenCalled();
  expect(screen.queryByText("Panel removed.")).toBeNull();
  act(() => void toast({ text: "Saved." }));
  act(() => void vi.advanceTimersByTime(8001));
  expect(screen.queryByText("Saved.")).toBeNull();
  vi.useRealTimers();
});

test("a long table keeps few rows as elements", () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => [i, i / 7, null] as const);
  const columns = ["n", "x", "gap"].map((name) => ({ name, label: name, numeric: true }));
  render(<DataTable label="Numbers" columns={columns} rows={rows} />);
  expect(screen.getAllByRole("row").length).toBeLessThan(40);
  expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", "10001");
  const region = screen.getByRole("region", { name: "Numbers" });
  region.scrollTop = 26 * 5000;
  fireEvent.scroll(region);
  expect(screen.getByRole("cell", { name: "5000" })).toBeVisible();
  expect(screen.getByText("10,000 rows")).toBeVisible();
});

test("messages count and never hold markup", () => {
  expect(t("kinds.count.row", { shown: 7, total: 7 })).toBe("7 of 7 rows");
  expect(t("ui.legend", { title: "<b>", low: "0", high: "1" })).toBe("<b> colour scale from 0 to 1");
});
