import { beforeEach, expect, test } from "vitest";
import { useLayout } from "./layout";
import { isStrata, PATCHED, showView, viewNow } from "./strata";
import { useWorkspace } from "./workspace";

const panel = (uid: string, method: string) => ({ uid, method, params: {} });

beforeEach(() => {
  useWorkspace.setState({ panels: [panel("a", "causal/x"), panel("b", "lens/y"), panel("c", "lens/z")] });
  useLayout.getState().setFullScreen(null);
});

test("only the token grid of a lens is drawn so", () => {
  expect(isStrata({ id: "lens/logit-lens", kind: "token_grid" })).toBe(true);
  expect(isStrata({ id: PATCHED, kind: "token_grid" })).toBe(true);
  expect(isStrata({ id: "lens/lens-trajectory", kind: "layer_curve" })).toBe(false);
  expect(isStrata({ id: "activations/massive", kind: "token_grid" })).toBe(false);
});

test("the address names the lens by its place among the lenses, and what is open in it", () => {
  expect(viewNow()).toBe("");
  for (const [view, uid] of [
    ["strata", "b"],
    ["strata.1~open:3", "c"],
    ["strata~text:value~least:0", "b"],
  ]) {
    showView(view);
    expect(useLayout.getState().fullScreen).toBe(uid);
    expect(viewNow()).toBe(view);
  }
});

test("what names no lens shows nothing, and another panel in full screen is not named", () => {
  for (const view of ["strata.7", "else", ""]) {
    showView(view);
    expect(useLayout.getState().fullScreen).toBeNull();
  }
  useLayout.getState().setFullScreen("a");
  expect(viewNow()).toBe("");
});
