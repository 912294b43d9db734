import { describe, expect, it } from "vitest";
import { listed, loading, ready } from "../models/fixtures";
import {
  architectureName,
  loadedShare,
  loadingStage,
  memoryOrState,
  modelDetail,
  modelShape,
  modelSize,
} from "./modelState";

const failed = (code: string) => listed("m", { state: "failed", problem: { code, message: "It broke." } });

describe("the state of a model in words", () => {
  it("is that of the chip", () => {
    expect(modelDetail(ready("m"))).toBe("ready");
    expect(modelDetail(listed("m"))).toBe("not loaded");
    expect(modelDetail(loading("m", 620_000, 1_000_000))).toBe("loading 62%");
    expect(modelDetail(listed("m", { state: "loading", stage: "waiting in line", position: 2 }))).toBe("2nd in line");
    expect(modelDetail(failed("unfaithful"))).toBe("needs an adapter");
    expect(modelDetail(failed("out_of_memory"))).toBe("out of memory");
    expect(modelDetail(failed("model_too_large"))).toBe("out of memory");
    expect(modelDetail(failed("pickle_weights"))).toBe("failed");
  });

  it("has no share in the short stages around reading", () => {
    const measuring = { ...loading("m", 1, 3), stage: "measuring fidelity" };
    expect(loadedShare(measuring)).toBeNull();
    expect(modelDetail(measuring)).toBe("loading");
    expect(loadingStage(measuring)).toBe("measuring fidelity");
    expect(loadingStage(loading("m", 1.53e9, 2.47e9))).toBe("reading weights · 1.5\u00a0GB of 2.5\u00a0GB");
  });
});

describe("the size of a model", () => {
  it("is that of its files, or of what is in memory", () => {
    expect(modelSize(listed("m"))).toBe("124\u00a0M · bfloat16 · 248\u00a0MB");
    expect(modelSize(ready("m"))).toBe("124\u00a0M · float32 · 496\u00a0MB");
    expect(modelSize(listed("m", { parameters: 0, bytes: 0, dtype: "" }))).toBe("");
  });

  it("is what it will take where it is not loaded, in the number format it will be computed in", () => {
    expect(memoryOrState(listed("m"))).toBe("496\u00a0MB");
    expect(memoryOrState(listed("m", { precision: "bfloat16" }))).toBe("248\u00a0MB");
    expect(memoryOrState(failed("pickle_weights"))).toBe("failed");
  });

  it("goes without a shape where the files tell none", () => {
    expect(modelShape(listed("m"))).toBe("GPT-2 · 12 layers × 12 heads");
    expect(modelShape(listed("m", { architecture: "", layers: 0 }))).toBe("unknown architecture");
    expect(architectureName({ architecture: "rnn_mix" })).toBe("rnn_mix");
  });
});
