import { describe, expect, it } from "vitest";
import type { Check } from "../kinds/types";
import { measuredNumbers, NO_CLAIM, NOT_MEASURED, readClaim, spanOf, standing } from "./claim";

const measured = (value: number | null, low: number | null = null, high: number | null = null) => ({
  ...{ label: "", value, low, high },
});

describe("a claim", () => {
  it("reads back as it was written", () => {
    const claim = { ...NO_CLAIM, sentence: "S", verdict: "mixed" as const, prompts: 64, effect: measured(-2, -3, -1) };
    expect(readClaim(JSON.parse(JSON.stringify(claim)))).toEqual(claim);
  });

  it("is none without a sentence, and takes nothing that is not a number or a verdict", () => {
    for (const value of [null, 5, [], {}, { sentence: " " }, { sentence: 1 }]) expect(readClaim(value)).toBeNull();
    const read = readClaim({ sentence: "S", verdict: "proven", prompts: "64", effect: { value: "1", label: 5 } });
    expect(read).toEqual({ ...NO_CLAIM, sentence: "S" });
  });

  it.each([
    [measured(-2, -3, -1), measured(0, -0.5, 0.5), "clear"],
    [measured(-2, -3, -0.4), measured(0, -0.5, 0.5), "overlaps"],
    [measured(2), measured(0), null],
    [measured(2), NOT_MEASURED, null],
  ])("stands against its control: %o, %o", (effect, control, expected) => {
    expect(standing({ ...NO_CLAIM, effect, control })).toBe(expected);
  });

  it("spans its interval and its value", () => {
    expect(spanOf(measured(5, 1, 2))).toEqual([1, 5]);
    expect(spanOf(NOT_MEASURED)).toBeNull();
  });
});

describe("the numbers a result offers", () => {
  const check = (label: string, value: number | null, control?: number) => ({ label, value, control }) as Check;
  const offered = (facts: Record<string, unknown>, checks: Check[] = []) =>
    measuredNumbers({ checks, result: { facts } }).map(({ label, value, low, high }) => [label, value, low, high]);

  it("are its checks with their controls", () => {
    expect(offered({}, [check("recovered", 0.9, 0.1), check("unknown", null)])).toEqual([
      ["recovered", 0.9, null, null],
      ["recovered, control", 0.1, null, null],
    ]);
  });

  it("are its facts, intervals and all, and nothing that is no number", () => {
    const facts = {
      total_effect: 2,
      ablation: { value: -2.1, low: -2.4, high: -1.8 },
      target: { text: " Mary", probability: 0.5 },
      list: [1, 2],
      word: "x",
      nothing: Number.NaN,
    };
    expect(offered(facts)).toEqual([
      ["total effect", 2, null, null],
      ["ablation", -2.1, -2.4, -1.8],
      ["target: probability", 0.5, null, null],
    ]);
  });
});
