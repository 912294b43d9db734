import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { documentOf, selectionStore } from "../fixtures";
import Beside from "./Beside";
import { besideOf } from "./besideCharts";

const document = documentOf("similarity", {
  quantities: [],
  beside: [
    { name: "kl", label: "KL without it", scale: "unc", unit: "nats" },
    { name: "share", label: "share of tokens", scale: "feat", limits: [0, 1] },
  ],
  dims: { kl: ["layer"], share: ["phase", "size"] },
  coords: { phase: ["prompt", "response"], layer: ["0", "2", "4"] },
  kl: [0.5, null, -2],
  share: [
    [0, 1],
    [0.25, 0.5],
  ],
});

test("one chart per quantity and series, with zero between the least and the largest value", () => {
  const charts = besideOf(document);
  expect(charts.map(({ title }) => title)).toEqual([
    "KL without it, nats, by layer",
    "Share of tokens, by size of the block: prompt",
    "Share of tokens, by size of the block: response",
  ]);
  expect(charts[0].share(0)).toBeCloseTo(0.8);
  expect(charts[0].extremes).toEqual([2, 0]);
  expect(charts[2].columns.map(({ text }) => text)).toEqual(["0.25", "0.50"]);
});

test("bars of layers pin them, others are only read", () => {
  const selection = selectionStore();
  render(<Beside document={document} selection={selection} />);
  screen.getByRole("button", { name: "layer 2: – nats" }).click();
  expect(selection.get().pin).toEqual({ layer: 2 });
  expect(screen.getByRole("img", { name: "size of the block 1: 1.00" })).toBeTruthy();
});
