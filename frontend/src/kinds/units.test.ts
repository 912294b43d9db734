import { describe, expect, it } from "vitest";
import type { ResultDocument } from "./types";
import { inUnit, limitsInUnit } from "./units";

const document = {
  result: {
    quantities: [
      { name: "entropy", label: "entropy", scale: "unc", unit: "nats", limits: [0, 2 * Math.LN2] },
      { name: "norm", label: "norm", scale: "mag" },
    ],
    entropy: [[Math.LN2, null]],
    norm: { data: new Float32Array([3]), shape: [1] },
    dims: {},
  },
} as unknown as ResultDocument;

describe("units", () => {
  it("leaves a document as it is in nats", () => expect(inUnit(document, "nats")).toBe(document));

  it("tells nats in bits, with their limits, and nothing else", () => {
    const { result } = inUnit(document, "bits");
    expect(result.entropy).toEqual([[1, null]]);
    expect(result.quantities[0]).toMatchObject({ unit: "bits", limits: [0, 2] });
    expect(result.norm).toBe(document.result.norm);
    expect(document.result.entropy).toEqual([[Math.LN2, null]]);
  });

  it("tells shared limits likewise", () => {
    const limits: Record<string, [number, number]> = { entropy: [0, Math.LN2], norm: [0, 3] };
    expect(limitsInUnit(document, limits, "bits")).toEqual({ entropy: [0, 1], norm: [0, 3] });
    expect(limitsInUnit(document, limits, "nats")).toBe(limits);
  });

  it("makes one document once, so that figures keep what they worked out", () => {
    expect(inUnit(document, "bits")).toBe(inUnit(document, "bits"));
  });

  it("converts of a curve the series that are in nats, with their bounds", () => {
    const curve = {
      result: {
        quantities: [{ name: "value", label: "value", scale: "unc", unit: "nats" }],
        dims: { value: ["series", "row"] },
        coords: { series: ["entropy", "rank"] },
        facts: { units: { entropy: "nats", rank: "tokens" } },
        value: { data: Float32Array.of(Math.LN2, 4), shape: [2, 1] },
        high: [[2 * Math.LN2], [5]],
      },
    } as unknown as ResultDocument;
    const { result } = inUnit(curve, "bits");
    expect([...(result.value as { data: Float64Array }).data].map((value) => Number(value.toFixed(6)))).toEqual([1, 4]);
    expect(result.high).toEqual([[2], [5]]);
    expect(result.facts.units).toEqual({ entropy: "bits", rank: "tokens" });
  });
});
