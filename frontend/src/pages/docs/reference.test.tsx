import { act, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { SAMPLES } from "../../kinds/samples";
import { describeKind } from "./kindText";
import Kinds from "./Kinds";
import States from "./States";

vi.mock("plotly.js-cartesian-dist-min", () => ({ default: { react: vi.fn(), purge: vi.fn() } }));

const fetched = vi.fn(() => Promise.reject(new Error("this page asks nothing")));
beforeEach(() => {
  fetched.mockClear();
  vi.stubGlobal("fetch", fetched);
});

const show = (page: React.ReactElement) => act(async () => void render(page));

test.each(SAMPLES)("what is written about $name names every array of its sample", ({ kind, document }) => {
  const { purpose, arrays } = describeKind(kind);
  expect(purpose).toMatch(/\.$/);
  const told = arrays.map(([names]) => names).join("\n");
  const drawn = new Set(document.result.quantities.map(({ name }) => name));
  for (const [name, dims] of Object.entries(document.result.dims)) {
    const asAny = told.includes("any array") && told.includes(`[${dims.join(", ")}]`);
    const known = told.includes("any arrays") || asAny || (drawn.has(name) && told.includes("quantities"));
    expect(
      known || told.includes(name) || told.includes(name.replace(/^.*_control$/, "<quantity>_control")),
      name,
    ).toBe(true);
  }
});

describe("how figures are drawn", () => {
  test("every kind has a figure and a page of its own, beside the seven scales", async () => {
    await show(<Kinds kind="" />);
    for (const { name, kind } of SAMPLES)
      expect(screen.getByRole("link", { name })).toHaveAttribute("href", `/docs/kinds/${kind}`);
    expect(screen.getAllByRole("img", { name: /colour scale/ }).length).toBeGreaterThanOrEqual(7);
    expect(fetched).not.toHaveBeenCalled();
  });

  test("the page of a kind has its arrays and its table", async () => {
    await show(<Kinds kind="feature_list" />);
    expect(screen.getByText("density [feature]")).toBeVisible();
    expect(await screen.findByRole("searchbox")).toBeVisible();
    expect(await screen.findByRole("region", { name: "As a table" })).toBeVisible();
  });

  test("a kind that is none says so", async () => {
    await show(<Kinds kind="sankey" />);
    expect(screen.getByText("There is no kind sankey")).toBeVisible();
  });
});

test("every state of a panel is drawn by the panels themselves, and nothing is asked", async () => {
  vi.useFakeTimers();
  await show(<States />);
  await act(() => vi.advanceTimersByTimeAsync(50));
  expect(screen.getByText("patching layer 7 of 12")).toBeVisible();
  expect(screen.getByText(/9\.4.GB/)).toBeVisible();
  expect(screen.getByText("Attention weights are not available")).toBeVisible();
  expect(screen.getByText("2nd in line")).toBeVisible();
  expect(screen.getByText("Pick a cell first")).toBeVisible();
  expect(screen.getByText(/A random direction does as much/)).toBeVisible();
  expect(document.querySelector(".panel-figure.refuted")).not.toBeNull();
  expect(fetched).not.toHaveBeenCalled();
  vi.useRealTimers();
});
