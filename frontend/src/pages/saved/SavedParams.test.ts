import { describe, expect, it } from "vitest";
import { paramsOf } from "./SavedParams";

describe("the parameters of a stored panel", () => {
  it("shows the values its result was computed with, and which were changed", () => {
    const panel = {
      ...{ key: "k", method: "a/b", title: "T", purpose: "", reading: "", papers: [] },
      fields: [
        { name: "top_k", label: "top k", initial: 5 },
        { name: "center", label: "centre", initial: true },
        { name: "targets", label: "targets", initial: null },
        { name: "new", label: "new", initial: 1 },
      ],
    };
    const shown = paramsOf(panel, { request: { top_k: 3, center: true, targets: [] } });
    expect(shown.map(({ value, changed }) => [value, changed])).toEqual([
      ["3", true],
      ["on", false],
      ["not set", false],
      ["not set", false],
    ]);
  });
});
