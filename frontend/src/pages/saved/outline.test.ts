import { afterEach, describe, expect, it } from "vitest";
import { createOutline, entryBeingRead } from "./outline";

afterEach(() => document.body.replaceChildren());

describe("the contents", () => {
  it("stand in the order of the page, whichever comes first, and go with what they name", () => {
    for (const id of ["one", "two", "three"]) document.body.append(Object.assign(document.createElement("p"), { id }));
    const outline = createOutline();
    const entry = (id: string) => outline.add({ id, title: id, level: 2 });
    entry("three");
    const leave = entry("one");
    entry("two");
    expect(outline.get().map(({ id }) => id)).toEqual(["one", "two", "three"]);
    leave();
    expect(outline.get().map(({ id }) => id)).toEqual(["two", "three"]);
  });

  it.each([
    [[10, 400, 800], 0],
    [[-500, 90, 500], 1],
    [[-900, -500, -100], 2],
    [[300, 600], 0],
  ])("mark what is being read: tops %o", (tops, expected) => {
    expect(entryBeingRead(tops, 100, false)).toBe(expected);
  });

  it("mark the last at the end of the page, however short it is", () => {
    expect(entryBeingRead([-500, 90, 500], 100, true)).toBe(2);
  });
});
