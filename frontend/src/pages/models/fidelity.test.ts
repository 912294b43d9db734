import { describe, expect, it } from "vitest";
import { checksOf, factsOf } from "./fidelity";
import { listed, ready } from "./fixtures";

describe("the checks of a model", () => {
  it("are in words, with their numbers, the logits first", () => {
    const [first, second] = checksOf(ready("m"));
    expect(first).toMatchObject({ label: "Logits against plain Transformers", value: "max diff 1.1e−6", holds: true });
    expect(second).toMatchObject({ label: "Stream is the sum of its parts", value: "error 8.0e−8", holds: true });
  });

  it("fail where the server withholds what depends on them, and say why", () => {
    const model = ready("m", { heads: "The heads do not add up (error 2.0e-02)." });
    const failed = checksOf(model).filter(({ holds }) => !holds);
    expect(failed.map(({ name }) => name)).toEqual(["head_sum_error"]);
    expect(failed[0].note).toContain("The heads do not add up");
  });

  it("say so where a part was not found", () => {
    const model = ready("m", { patterns: "no interface" });
    const fidelity = { ...model.fidelity, pattern_error: null };
    const check = checksOf({ ...model, fidelity }).find(({ name }) => name === "pattern_error");
    expect(check).toMatchObject({ value: "not found", holds: false });
  });

  it("are judged by their own limits where the server tells them", () => {
    const model = ready("m", { residual_contract: "The final norm has no linear part." });
    const fidelity = {
      ...model.fidelity,
      norm_error: 0.2,
      limits: { norm_error: 1e-4, residual_contract_error: 1e-5 },
    };
    const failed = checksOf({ ...model, fidelity }).filter(({ holds }) => !holds);
    expect(failed.map(({ name }) => name)).toEqual(["norm_error"]);
    expect(failed[0].note).toContain("At most 1.0e−4 is accepted.");
  });

  it("show a measure without words by its own name", () => {
    const model = ready("m");
    const checks = checksOf({ ...model, fidelity: { ...model.fidelity, gradient_error: 3e-5 } });
    expect(checks.at(-1)).toMatchObject({ label: "Gradient error", value: "error 3.0e−5", note: "" });
  });

  it("say how many texts come back, and fail when some do not", () => {
    const model = ready("m");
    const measured = { ...model.fidelity, round_trip_texts: 100, limits: { round_trip_failures: 0 } };
    const check = (failures: number) =>
      checksOf({ ...model, fidelity: { ...measured, round_trip_failures: failures } }).find(
        ({ name }) => name === "round_trip_failures",
      );
    expect(check(0)).toMatchObject({ value: "100 of 100", holds: true });
    expect(check(3)).toMatchObject({ value: "97 of 100", holds: false });
  });

  it("are none before the model is loaded", () => {
    expect(checksOf(listed("m"))).toEqual([]);
  });
});

describe("the facts of a model", () => {
  const value = (model: Parameters<typeof factsOf>[0], label: string) =>
    factsOf(model).find((fact) => fact.label === label)?.value;

  it("tell files and memory apart", () => {
    expect(value(listed("m"), "Weights")).toBe("248\u00a0MB as bfloat16");
    expect(value(listed("m"), "In memory")).toBeUndefined();
    expect(value(ready("m"), "In memory")).toBe("496\u00a0MB as float32 on cpu");
  });

  it("name key-value heads only where they are fewer", () => {
    expect(value(listed("m"), "Heads per layer")).toBe("12");
    expect(value(listed("m", { key_value_heads: 4 }), "Heads per layer")).toBe("12, with 4 key-value heads");
  });
});
