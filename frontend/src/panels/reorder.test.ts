import { fireEvent } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { widthAfter } from "./ResizeEdge";
import { dropAt, placeOf, startReorder, type Box } from "./reorder";

const box = (left: number, top: number, width: number): Box => ({ left, top, right: left + width, bottom: top + 100 });
/** One full panel above two halves. */
const boxes = [box(0, 0, 200), box(0, 110, 95), box(105, 110, 95)];

describe("where a dragged panel would stand", () => {
  it("above or below a full panel, beside a half one", () => {
    expect(dropAt(boxes, 100, 20)).toEqual({ index: 0, after: false });
    expect(dropAt(boxes, 100, 80)).toEqual({ index: 0, after: true });
    expect(dropAt(boxes, 20, 200)).toEqual({ index: 1, after: false });
    expect(dropAt(boxes, 190, 115)).toEqual({ index: 2, after: true });
  });

  it("beside the nearest when the point is beside all of them", () => {
    expect(dropAt(boxes, 900, 900)).toEqual({ index: 2, after: true });
    expect(dropAt([], 0, 0)).toBeNull();
  });

  it("counts places without the panel itself", () => {
    expect(placeOf({ index: 2, after: true }, 0)).toBe(2);
    expect(placeOf({ index: 0, after: false }, 2)).toBe(0);
    expect(placeOf({ index: 1, after: false }, 0)).toBe(0);
    expect(placeOf({ index: 1, after: true }, 1)).toBe(1);
  });
});

describe("dragging a title", () => {
  afterEach(() => document.body.replaceChildren());

  function scene() {
    const grid = document.createElement("div");
    document.body.append(grid);
    const panels = boxes.map((rect) => {
      const panel = document.createElement("section");
      panel.className = "panel";
      panel.getBoundingClientRect = () => rect as DOMRect;
      grid.append(panel);
      return panel;
    });
    const onPlace = vi.fn();
    const press = (pointerType = "mouse") =>
      startReorder({ button: 0, pointerType, currentTarget: panels[0], clientX: 10, clientY: 10 } as never, onPlace);
    return { panels, onPlace, press };
  }

  it("says the new place once it is dropped", () => {
    const { panels, onPlace, press } = scene();
    press();
    fireEvent.pointerMove(window, { clientX: 190, clientY: 150 });
    expect(panels[0].classList.contains("dragged")).toBe(true);
    expect(panels[2].dataset.drop).toBe("after");
    fireEvent.pointerUp(window);
    expect(onPlace).toHaveBeenCalledWith(2);
    expect(document.querySelector(".dragged, [data-drop]")).toBeNull();
  });

  it("is a click while it has not moved, and nothing at all once Esc is pressed", () => {
    const { onPlace, press } = scene();
    press();
    fireEvent.pointerMove(window, { clientX: 12, clientY: 11 });
    fireEvent.pointerUp(window);
    press();
    fireEvent.pointerMove(window, { clientX: 190, clientY: 150 });
    fireEvent.keyDown(window, { key: "Escape" });
    fireEvent.pointerUp(window);
    expect(onPlace).not.toHaveBeenCalled();
  });

  it("leaves fingers to scroll", () => {
    const { panels, press } = scene();
    press("touch");
    fireEvent.pointerMove(window, { clientX: 190, clientY: 150 });
    expect(panels[0].classList.contains("dragged")).toBe(false);
  });
});

it("the right edge makes a panel full or half once it is dragged far enough", () => {
  expect(widthAfter("half", 60)).toBe("full");
  expect(widthAfter("half", 20)).toBe("half");
  expect(widthAfter("full", -60)).toBe("half");
  expect(widthAfter("full", 60)).toBe("full");
});
