import { describe, expect, it } from "vitest";
import { Pace } from "./pace";

describe("the pace of a stage", () => {
  it("says nothing after one look, then what is left at the speed so far", () => {
    const pace = new Pace();
    pace.note("m", "reading", 10, 100, 0);
    expect(pace.left("m")).toBeNull();
    pace.note("m", "reading", 30, 100, 2000);
    expect(pace.left("m")).toBeCloseTo(7);
  });

  it("waits until a difference says something", () => {
    const pace = new Pace();
    pace.note("m", "reading", 0, 1000, 0);
    pace.note("m", "reading", 500, 1000, 300);
    expect(pace.left("m")).toBeNull();
    pace.note("m", "reading", 10, 1000, 2000);
    expect(pace.left("m")).toBeNull();
  });

  it("begins anew with every stage, and when something is begun again", () => {
    const pace = new Pace();
    pace.note("m", "reading", 0, 10, 0);
    pace.note("m", "reading", 5, 10, 5000);
    expect(pace.left("m")).toBeCloseTo(5);
    pace.note("m", "measuring", 0, 4, 6000);
    expect(pace.left("m")).toBeNull();
    pace.note("m", "measuring", 2, 4, 8000);
    expect(pace.left("m")).toBeCloseTo(2);
    pace.note("m", "measuring", 0, 4, 9000);
    expect(pace.left("m")).toBeNull();
  });

  it("forgets what is not asked for any more", () => {
    const pace = new Pace();
    for (const now of [0, 2000]) {
      pace.note("a", null, now / 100, 100, now);
      pace.note("b", null, now / 100, 100, now);
    }
    pace.keep(new Set(["b"]));
    expect(pace.left("a")).toBeNull();
    expect(pace.left("b")).not.toBeNull();
  });
});
