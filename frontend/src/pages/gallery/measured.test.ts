import { expect, it } from "vitest";
import { measured } from "./measured";

it.each([
  [0.914, "", "0.91"],
  [0.004, "", "<0.01"],
  [0.9957, "", ">0.99"],
  [1, "", "1"],
  [-0.31, "", "−0.31"],
  [6.358, "logits", "6.36\u00a0logits"],
  [58, "%", "58%"],
  [3.2, "×", "3.20×"],
  [null, "", "–"],
])("%s %s is written %s", (value, unit, text) => {
  expect(measured(value, unit)).toBe(text);
});
