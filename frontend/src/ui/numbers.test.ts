import { expect, test } from "vitest";
import { bytes, count, decimal, forScale, interval, probability, scientific, seconds, signed, spread } from "./numbers";

test("probabilities: three decimals, bounds only when exact", () => {
  expect(probability(0.4861)).toBe("0.486");
  expect(probability(0.0004)).toBe("<0.001");
  expect(probability(0.9999)).toBe(">0.999");
  expect(probability(1)).toBe("1");
  expect(probability(0)).toBe("0");
});

test("signed numbers have a real minus, and zero has no sign", () => {
  expect(signed(1.712)).toBe("+1.71");
  expect(signed(-0.44)).toBe("\u22120.44");
  expect(signed(-0.0001)).toBe("0.00");
  expect(signed(Infinity)).toBe("\u221e");
});

test("what is undefined is a dash, never 0", () => {
  for (const format of [probability, signed, decimal, scientific, count, seconds, bytes]) {
    expect(format(null)).toBe("\u2013");
    expect(format(Number.NaN)).toBe("\u2013");
  }
});

test("errors, counts, time, memory, intervals", () => {
  expect(scientific(1.1e-6)).toBe("1.1e\u22126");
  expect(scientific(0.41)).toBe("0.41");
  expect(scientific(0)).toBe("0");
  expect(count(16384)).toBe("16,384");
  expect(count(1_240_000)).toBe("1.2\u00a0M");
  expect(seconds(0.09)).toBe("0.09\u00a0s");
  expect(seconds(360)).toBe("6\u00a0min");
  expect(seconds(4800)).toBe("80\u00a0min");
  expect(bytes(2.5e9)).toBe("2.5\u00a0GB");
  expect(bytes(410e6)).toBe("410\u00a0MB");
  expect(spread(0.97, 0.02)).toBe("0.97 ± 0.02");
  expect(interval(-2.38, -1.84)).toBe("\u22122.38 … \u22121.84");
});

test("plain decimals shorten as they grow", () => {
  expect(decimal(2.139)).toBe("2.14");
  expect(decimal(386.04)).toBe("386.0");
  expect(decimal(16384.2)).toBe("16,384");
  expect(decimal(2.3e7)).toBe("2.3e7");
});

test("each scale has its format", () => {
  expect(forScale("prob", 0.486)).toBe("0.486");
  expect(forScale("eff", 0.31)).toBe("+0.31");
  expect(forScale("mag", 38.61)).toBe("38.61");
});
