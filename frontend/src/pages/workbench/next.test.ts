import { describe, expect, it } from "vitest";
import type { Method } from "../../api/types";
import { documentOf } from "../../kinds/fixtures";
import { asked, foundIn, suggestions } from "./next";

const method = (id: string, kind: string, next: string[] = []) => ({ id, kind, title: id, next }) as unknown as Method;

const heads = documentOf("head_grid", {
  quantities: [{ name: "x", label: "x", scale: "eff" }],
  dims: { x: ["layer", "head"] },
  x: [
    [0.1, -2],
    [1, 0.5],
  ],
});

describe("what to ask next", () => {
  it("asks about the largest head and the pinned position", () => {
    const found = foundIn([heads], { position: 2 });
    expect(found).toEqual({ head: { layer: 0, head: 1 }, position: 2 });
    expect(asked(method("attention", "head_matrices"), found)).toMatchObject({
      label: "Where does head 0.1 look?",
      pin: { layer: 0, head: 1 },
    });
    expect(asked(method("patching", "patch_grid"), found).label).toBe("Does patching position 2 flip it?");
    expect(asked(method("features", "feature_list"), found).label).toBe("Which features fire at 2?");
  });

  it("takes the last position where none is pinned, and the title where there is nothing to ask about", () => {
    expect(foundIn([heads], null).position).toBe(heads.result.tokens.length - 1);
    const nothing = foundIn([], null);
    expect(asked(method("attention", "head_matrices"), nothing)).toEqual({
      method: method("attention", "head_matrices"),
      label: "attention",
    });
  });

  it("names each method once, and none that is open or cannot run", () => {
    const methods = [
      method("a", "table", ["b", "c", "d"]),
      method("b", "table", ["c", "a"]),
      method("c", "table"),
      method("d", "table"),
    ];
    const listed = suggestions(methods, new Set(["a", "b"]), foundIn([], null), ({ id }) => id !== "d");
    expect(listed.map(({ label }) => label)).toEqual(["c"]);
  });
});
