import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useLayout } from "./layout";
import { selection } from "./selection";
import { currentStep, followTour, useTour } from "./tour";
import { useWorkspace } from "./workspace";

let leave: () => void;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

beforeEach(() => {
  selection.replace(null, null);
  useWorkspace.setState({ panels: [{ uid: "u", method: "a/b", params: {} }] });
  useTour.getState().start();
  leave = followTour();
});
afterEach(() => leave());

describe("the tour", () => {
  it("goes on by what is done, in any order, and ends by itself", async () => {
    expect(currentStep(useTour.getState().done)).toBe("read");
    selection.setHover({ row: 3, position: 2 });
    await frame();
    expect(currentStep(useTour.getState().done)).toBe("pin");
    useWorkspace.getState().setQuestion({ target: [" a"] });
    expect(useTour.getState().done).toContain("ask");
    selection.setPin({ row: 1, position: 1 });
    expect(currentStep(useTour.getState().done)).toBe("pin");
    selection.setPin({ row: 1, position: 2 });
    expect(currentStep(useTour.getState().done)).toBe("share");
    useLayout.getState().setDialog("share");
    expect(useTour.getState().running).toBe(false);
    useLayout.getState().setDialog(null);
  });

  it("can be left, and begun anew", () => {
    useTour.getState().end();
    selection.setPin({ position: 1 });
    selection.setPin({ position: 2 });
    expect(useTour.getState()).toMatchObject({ running: false, done: [] });
    useTour.getState().start();
    expect(useTour.getState().running).toBe(true);
  });
});
