import { describe, expect, it, vi } from "vitest";
import { createSelection, pinPosition } from "./selection";

const now = (callback: () => void) => callback();

describe("the selection", () => {
  it("pins the layer of a row and the row of a layer", () => {
    const store = createSelection(now);
    store.setPin({ row: 3, position: 5 });
    expect(store.get().pin).toEqual({ row: 3, layer: 3, position: 5 });
    store.setPin({ ...store.get().pin, layer: 4 });
    expect(store.get().pin).toEqual({ row: 4, layer: 4, position: 5 });
  });

  it("pins no layer for the output row", () => {
    const store = createSelection(now);
    store.setLayers(6);
    store.setPin({ row: 6, position: 1 });
    expect(store.get().pin).toEqual({ row: 6, position: 1 });
  });

  it("keeps a pinned head while rows change, and a row while heads change", () => {
    const store = createSelection(now);
    store.setPin({ row: 2, position: 5 });
    store.setPin({ ...store.get().pin, layer: 5, head: 2 });
    expect(store.get().pin).toEqual({ row: 2, layer: 5, head: 2, position: 5 });
    store.setPin({ ...store.get().pin, row: 4 });
    expect(store.get().pin).toEqual({ row: 4, layer: 5, head: 2, position: 5 });
  });

  it("unpins what follows from what is unpinned", () => {
    const store = createSelection(now);
    store.setPin({ row: 3, position: 5 });
    store.setPin({ position: 5 });
    expect(store.get().pin).toEqual({ position: 5 });
    pinPosition(null, store);
    expect(store.get().pin).toBeNull();
  });

  it("looks from the pinned position", () => {
    const store = createSelection(now);
    store.setPin({ layer: 1, head: 0, query: 7, key: 2 });
    expect(store.get().pin).toMatchObject({ position: 7, query: 7, key: 2 });
    pinPosition(3, store);
    expect(store.get().pin).toEqual({ row: 1, layer: 1, head: 0, position: 3 });
  });

  it("orders ranges", () => {
    const store = createSelection(now);
    store.setRange([7, 2]);
    expect(store.get().range).toEqual([2, 7]);
  });

  it("tells of many hovers once a frame, and of pins at once", () => {
    const frames: (() => void)[] = [];
    const store = createSelection((callback) => frames.push(callback));
    const heard = vi.fn();
    store.subscribe(heard);
    for (let position = 0; position < 50; position += 1) store.setHover({ position });
    expect(heard).not.toHaveBeenCalled();
    expect(frames).toHaveLength(1);
    frames[0]();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(store.get().hover).toEqual({ position: 49 });
    store.setPin({ position: 1 });
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("says nothing when nothing changes", () => {
    const store = createSelection(now);
    store.setPin({ position: 1 });
    const heard = vi.fn();
    store.subscribe(heard);
    store.setPin({ position: 1 });
    store.setHover(null);
    store.setRange(null);
    expect(heard).not.toHaveBeenCalled();
  });

  it("holds further pins beside the first, and lets the next take its place", () => {
    const store = createSelection(now);
    store.togglePin({ position: 1 });
    store.togglePin({ position: 2 });
    store.togglePin({ position: 3 });
    expect(store.get()).toMatchObject({ pin: { position: 1 }, also: [{ position: 2 }, { position: 3 }] });
    store.togglePin({ position: 2 });
    expect(store.get().also).toEqual([{ position: 3 }]);
    store.togglePin({ position: 1 });
    expect(store.get()).toMatchObject({ pin: { position: 3 }, also: [] });
  });

  it("keeps at most three further pins, the newest", () => {
    const store = createSelection(now);
    for (let position = 0; position < 6; position += 1) store.togglePin({ position });
    expect(store.get().also.map((cell) => cell.position)).toEqual([3, 4, 5]);
  });

  it("lets go of all when the first is unpinned", () => {
    const store = createSelection(now);
    store.togglePin({ position: 1 });
    store.togglePin({ position: 2 });
    store.setPin(null);
    expect(store.get()).toMatchObject({ pin: null, also: [] });
  });
});
