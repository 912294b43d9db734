import { describe, expect, it } from "vitest";
import type { ResultDocument } from "../../kinds/types";
import { missingArrays } from "./missing";

describe("a stored result", () => {
  it("says which arrays it was stored without, and how large they would be", () => {
    const document = {
      result: {
        dims: { score: ["layer"], pattern: ["layer", "query"], other: ["unknown"] },
        quantities: [{ name: "pattern", label: "raw attention" }],
        coords: {},
        shown: { layer: 2, query: 5 },
        total: {},
        score: [1, 2],
      },
    } as unknown as ResultDocument;
    expect(missingArrays(document)).toEqual([
      { label: "raw attention", bytes: 40 },
      { label: "other", bytes: null },
    ]);
  });
});
