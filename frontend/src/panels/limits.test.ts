import { expect, it } from "vitest";
import { documentOf } from "../kinds/fixtures";
import type { Scale } from "../kinds/types";
import { sharedLimits } from "./limits";

const norms = (values: number[], scale: Scale = "mag") =>
  documentOf("head_grid", {
    quantities: [{ name: "x", label: "x", scale }],
    dims: { x: ["layer"] },
    x: values,
  });

it("what is compared has one scale, the widest of all", () => {
  expect(sharedLimits([norms([1, 2]), norms([7, 8])])).toEqual({ x: [0, 8] });
  expect(sharedLimits([norms([1, -2], "eff"), norms([-8, 1], "eff")])).toEqual({ x: [-8, 8] });
});

it("one figure alone, or another quantity, shares nothing", () => {
  expect(sharedLimits([norms([1, 2])])).toBeUndefined();
  expect(sharedLimits([norms([1, 2]), norms([1, 2], "unc")])).toEqual({});
});
