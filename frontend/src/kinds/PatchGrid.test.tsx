import { act, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { createSelection } from "../state/selection";
import { patchGrid, tokensOf } from "./fixtures";
import PatchGrid, { read } from "./PatchGrid";
import type { Cell, ResultBody, ResultDocument } from "./types";

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const CHECK = { name: "random_control", label: "random control", value: 0.1, verdict: "ok" } as const;
const withResult = (body: Partial<ResultBody>, checks: ResultDocument["checks"] = [CHECK]): ResultDocument => ({
  ...patchGrid,
  checks,
  result: { ...patchGrid.result, ...body } as ResultBody,
});

async function draw(document: ResultDocument, pin: Cell | null = null) {
  const selection = createSelection((callback) => callback());
  selection.setPin(pin);
  await act(async () => {
    render(<PatchGrid document={document} selection={selection} theme="light" />);
  });
}

const texts = () => {
  const canvas = window.document.querySelector("canvas.base") as HTMLCanvasElement;
  const { calls } = canvas.getContext("2d") as unknown as { calls: unknown[][] };
  return calls.filter(([call]) => call === "fillText").map(([, text]) => text);
};

const LAYERS = {
  effect: [
    [0.9, 0.02, -0.5, 0.3],
    [0.8, 0.03, 0.001, 0.94],
  ],
  control_low: [-0.1, -0.2, -0.1, -0.1],
  control_high: [0.1, 0.2, 0.1, 0.1],
  dims: { effect: ["layer", "position"], control_low: ["position"], control_high: ["position"] },
};

test("prints what is outside the control band, and counts what is inside", async () => {
  await draw(withResult({}));
  expect(texts().slice(0, 3)).toEqual(["0.90", "−0.50", "0.30"]);
  expect(screen.getByText(/1 inside the control band drawn neutral/)).toBeVisible();
});

test("the band may be given per position, or once for all", async () => {
  await draw(withResult(LAYERS));
  expect(screen.getByText(/3 inside the control band/)).toBeVisible();
});

test("one band for all cells may be a fact", async () => {
  const dims = { effect: ["layer", "position"] };
  await draw(
    withResult({
      dims,
      control_low: undefined,
      control_high: undefined,
      facts: { control_low: -0.4, control_high: 0.4 },
    }),
  );
  expect(screen.getByText(/2 inside the control band/)).toBeVisible();
});

test("while cells are computed the missing ones are counted; afterwards undefined ones are blank", async () => {
  const effect = [[0.9, null, null, 0.3]];
  await draw(withResult({ effect }, []));
  expect(screen.getByText(/2 of 4 cells computed/)).toBeVisible();
  expect(texts()).not.toContain("–");
});

test("the other prompt's token stands under the first one's where they differ", async () => {
  const [token] = tokensOf([" Paul"]);
  await draw(withResult({ other_tokens: [null, null, token, null] }));
  expect(texts()).toEqual(expect.arrayContaining(["Mary", "Paul"]));
});

test("beside it the effect by layer, at the pinned position and where else it is strongest", async () => {
  await draw(withResult(LAYERS), { layer: 1, position: 3 });
  const margin = screen.getByRole("img", { name: "Effect" });
  const names = [...margin.querySelectorAll("g > text")].map((text) => text.textContent);
  expect(names).toEqual(expect.arrayContaining(["at 3", "at 0"]));
  expect(margin.querySelector(".margin-band")?.getAttribute("d")).toMatch(/^M[\d.]+ [\d.]+H/);
});

test("a reading tells the effect, its control and the metric before and after", () => {
  const facts = { direction: "denoise", metric: "logit_diff", m_clean: 3.71, m_corrupt: -3.12 };
  const dims = { ...LAYERS.dims, raw: ["layer", "position"] };
  const raw = [
    [0, 0, 0, 0],
    [0, 0, 0, 3.3],
  ];
  const document = withResult({ ...LAYERS, facts, dims, raw });
  expect(read(document, { layer: 1, position: 3 })).toBe(
    "Copying A into B at layer 1, position 3 (<img·src=x>): effect +0.94, random control −0.10 … 0.10; logit difference −3.12 → +3.30.",
  );
  const noise = { ...document, result: { ...document.result, facts: { ...facts, direction: "noise" } } };
  expect(read(noise, { layer: 1, position: 3 })).toMatch(/^Copying B into A .* logit difference \+3.71 → /);
  expect(read(withResult(LAYERS), { layer: 1, position: 1 })).toBe(
    "At layer 1, position 1 (When): effect +0.03, within the random control of −0.20 … 0.20.",
  );
  expect(read(document, { position: 3 })).toBeNull();
});
