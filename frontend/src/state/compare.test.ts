import { describe, expect, it } from "vitest";
import { secondSelection } from "./compare";
import { createSelection } from "./selection";

const now = (callback: () => void) => callback();

describe("the selection as the second side sees it", () => {
  it("tells positions as those beside them, both ways", () => {
    const store = createSelection(now);
    const second = secondSelection(store, [1, 2, null], [null, 0, 1]);
    store.setPin({ position: 1, layer: 3 });
    expect(second.get().pin).toMatchObject({ position: 2, layer: 3 });
    second.setPin({ position: 1 });
    expect(store.get().pin).toMatchObject({ position: 0 });
    store.setRange([0, 1]);
    expect(second.get().range).toEqual([1, 2]);
  });

  it("selects nothing where the other side has nothing", () => {
    const store = createSelection(now);
    const second = secondSelection(store, [1, null], [null, 0]);
    store.setPin({ position: 1, layer: 2 });
    expect(second.get().pin).toMatchObject({ position: null, layer: 2 });
    second.setRange([0, 1]);
    expect(store.get().range).toBeNull();
  });

  it("stays the same object while nothing has changed", () => {
    const store = createSelection(now);
    const second = secondSelection(store, [0, 1], [0, 1]);
    store.setPin({ position: 1 });
    const { pin } = second.get();
    store.setHover({ position: 0 });
    expect(second.get().pin).toBe(pin);
  });
});
