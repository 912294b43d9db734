import { expect, test } from "vitest";
import { documentOf } from "./fixtures";
import { ofPrompt, promptsOf } from "./ofPrompt";
import { array, find } from "./result";

const mean = documentOf("layer_curve", {
  quantities: [
    { name: "value", label: "mean norm", scale: "mag" },
    { name: "other", label: "another", scale: "mag" },
  ],
  dims: {
    value: ["series", "layer"],
    low: ["series", "layer"],
    high: ["series", "layer"],
    other: ["series", "layer"],
    by_prompt: ["prompt", "series", "layer"],
  },
  coords: { series: ["one"], prompt: ["1 The", "2 A"] },
  value: [[2, 3]],
  low: [[1, 2]],
  high: [[3, 4]],
  other: [[0, 0]],
  by_prompt: [[[1, 2]], [[3, 4]]],
});

test("a mean over prompts names them, and each has a figure of its own without the band of the mean", () => {
  expect(promptsOf(mean)).toEqual(["1 The", "2 A"]);
  const second = ofPrompt(mean, 1);
  expect([...array(second, "value").data]).toEqual([3, 4]);
  expect(find(second, "low")).toBeNull();
  expect(second.result.quantities.map(({ name }) => name)).toEqual(["value"]);
  expect(second.key).not.toBe(mean.key);
});

test("a result about one prompt has none", () => {
  const single = documentOf("layer_curve", { quantities: [], dims: {} });
  expect(promptsOf(single)).toEqual([]);
  expect(ofPrompt(single, 0)).toBe(single);
});
