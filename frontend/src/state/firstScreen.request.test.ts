/** What was computed when the page was built is what the page asks for. */
import { expect, test } from "vitest";
import screen from "../../public/first-screen.json";
import type { FirstScreen } from "../api/firstScreen";
import FIRST_PANELS from "./first-panels.json";
import { isFirstExample } from "./firstScreen";
import { requestOf } from "./request";
import { EMPTY, useWorkspace } from "./workspace";

const first = screen as unknown as FirstScreen;

test("every panel of the first screen finds its request among the computed ones", () => {
  const example = first.examples.find(isFirstExample);
  expect(example).toBeDefined();
  useWorkspace.setState(EMPTY);
  useWorkspace.getState().openExample(example!, FIRST_PANELS as never);
  const scene = useWorkspace.getState();
  const asked = scene.panels.map((panel) => {
    const method = first.catalogue.methods.find(({ id }) => id === panel.method);
    return { method: panel.method, request: requestOf(scene, panel, method!) };
  });
  expect(asked).toEqual(first.requests.map(({ method, request }) => ({ method, request })));
});
