import { fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { documentOf, selectionStore } from "./fixtures";
import FlowGraph, { describe as sentence, read, toTable } from "./FlowGraph";
import type { ResultBody } from "./types";

const graph = (more: Partial<ResultBody> = {}) =>
  documentOf("flow_graph", {
    quantities: [{ name: "weight", label: "effect", scale: "eff" }],
    dims: { source: ["edge"], target: ["edge"], weight: ["edge"], layer: ["node"], head: ["node"], position: ["node"] },
    coords: { node: ["", "", "5.2", "9.9", "<b>logit</b>"] },
    source: [0, 1, 2, 3, 2, 1],
    target: [2, 2, 3, 4, 4, 3],
    weight: [2, 3, 4, 5, -0.5, 0.5],
    layer: [-1, -1, 5, 9, -1],
    head: [-1, -1, 2, 9, -1],
    position: [1, 2, -1, -1, -1],
    total: { edge: 212 },
    ...more,
  });

function draw(document = graph(), selection = selectionStore(), props = {}) {
  render(<FlowGraph document={document} selection={selection} theme="light" {...props} />);
  return selection;
}
const option = () => document.querySelector("[role=option]") as HTMLElement;
const press = (key: string) => fireEvent.keyDown(option(), { key });
const edges = () => document.querySelectorAll("[data-edge]");
const names = () => [...document.querySelectorAll(".flow-node")].map((node) => node.textContent);
const node = (name: string) =>
  [...document.querySelectorAll(".flow-node")].find((each) => each.textContent === name) as Element;

test("edges that hold the share asked for, counted against all there are", () => {
  draw();
  expect(screen.getByText(/4 of 212 edges · 93% of the effect/)).toBeVisible();
  expect(edges()).toHaveLength(4);
  fireEvent.change(screen.getByRole("slider"), { target: { value: "0.5" } });
  expect(screen.getByText(/2 of 212 edges · 60% of the effect/)).toBeVisible();
  expect(names()).toEqual(["5.2", "9.9", "<b>logit</b>"]);
  fireEvent.change(screen.getByRole("slider"), { target: { value: "1" } });
  expect(edges()).toHaveLength(6);
});

test("width is weight, sign is colour and dashes", () => {
  draw();
  fireEvent.change(screen.getByRole("slider"), { target: { value: "1" } });
  const widths = [...edges()].map((edge) => Number(edge.getAttribute("stroke-width")));
  expect(widths[0] / widths[1]).toBeCloseTo(5 / 4);
  const away = document.querySelector(".flow-edge.away");
  expect(away).toHaveAttribute("data-source", "2");
  expect(away?.getAttribute("stroke")).not.toBe(edges()[0].getAttribute("stroke"));
  expect(screen.getByText(/dashed: away from the target/)).toBeVisible();
});

test("tokens of the prompt stand below, the answer above, and names stay text", () => {
  draw();
  const y = (name: string) =>
    Number(
      node(name)
        .getAttribute("transform")
        ?.match(/ ([\d.]+)\)/)?.[1],
    );
  expect(names()).toEqual(expect.arrayContaining(["When", "·Mary"]));
  expect(y("·Mary")).toBeGreaterThan(y("5.2"));
  expect(y("5.2")).toBeGreaterThan(y("9.9"));
  expect(y("9.9")).toBeGreaterThan(y("<b>logit</b>"));
  expect(document.querySelector(".flow b")).toBeNull();
});

test("arrows walk along the strongest edges and along rows", () => {
  const selection = draw(graph(), selectionStore({ position: 1 }));
  expect(option()).toHaveTextContent("When 1, most to 5.2 +2.00.");
  press("ArrowRight");
  expect(selection.get().pin).toEqual({ position: 2 });
  press("ArrowUp");
  expect(selection.get().pin).toMatchObject({ layer: 5, head: 2 });
  expect(
    screen.getByText("5.2, most from ·Mary 2 +3.00, most to 9.9 +4.00.", { selector: "[aria-live]" }),
  ).toBeInTheDocument();
  press("ArrowDown");
  press("ArrowUp");
  press("ArrowUp");
  expect(selection.get().pin).toMatchObject({ layer: 9, head: 9 });
});

test("a node pinned here keeps only its paths; one pinned elsewhere is only marked", () => {
  const selection = draw(graph(), selectionStore({ position: 1 }));
  expect(edges()).toHaveLength(4);
  expect(node("When")).toHaveClass("pinned");
  fireEvent.click(node("When"));
  expect(selection.get().pin).toBeNull();
  fireEvent.click(node("When"));
  expect(edges()).toHaveLength(3);
  expect(node("·Mary")).toHaveClass("apart");
  expect(screen.getByText(/3 of 212 edges · paths through the pinned node, of 4 edges drawn/)).toBeVisible();
  press("Enter");
  expect(edges()).toHaveLength(4);
});

test("a node that is nowhere in the model can be pinned too", () => {
  const selection = draw();
  fireEvent.click(node("<b>logit</b>"));
  expect(node("<b>logit</b>")).toHaveClass("pinned");
  expect(selection.get().pin).toBeNull();
  expect(within(screen.getByText("Into <b>logit</b>").parentElement as HTMLElement).getByText("+5.00")).toBeVisible();
});

test("edges open the method that the result names, at the place of their target", () => {
  const onOpen = vi.fn();
  draw(graph({ facts: { edge_method: "attention/attention-pattern" } }), selectionStore(), { onOpen });
  fireEvent.click(node("9.9"));
  fireEvent.click(screen.getByRole("button", { name: "Open the edge from 9.9 to <b>logit</b>" }));
  expect(onOpen).toHaveBeenLastCalledWith({ method: "attention/attention-pattern", pin: { layer: 9, head: 9 } });
  fireEvent.click(document.querySelector("[data-source='1']") as Element);
  expect(onOpen).toHaveBeenLastCalledWith({ method: "attention/attention-pattern", pin: { layer: 5, head: 2 } });
});

test("without a method or a way to open it, nothing offers to", () => {
  draw(graph(), selectionStore(), { onOpen: vi.fn() });
  fireEvent.click(node("9.9"));
  expect(screen.queryByRole("button", { name: /^Open/ })).toBeNull();
});

test("nodes are grouped under a name, in the drawing and in the table, and taken apart again", () => {
  const own = graph();
  draw(own);
  press("End");
  fireEvent.click(node("5.2"), { shiftKey: true });
  fireEvent.click(node("9.9"), { shiftKey: true });
  expect(screen.getByText("2 nodes selected")).toBeVisible();
  press("g");
  const field = screen.getByLabelText("Name of the group");
  expect(field).toHaveFocus();
  fireEvent.change(field, { target: { value: "name movers" } });
  fireEvent.submit(field);
  expect(names()).toEqual(expect.arrayContaining(["·Mary", "name movers", "<b>logit</b>"]));
  expect(names()).not.toContain("9.9");
  expect(toTable(own).rows[0]).toEqual(["9.9", "<b>logit</b>", 5, "name movers", ""]);
  fireEvent.click(node("name movers"));
  expect(screen.getByText(/5.2, 9.9/)).toBeVisible();
  fireEvent.click(screen.getByRole("button", { name: "Dissolve the group" }));
  expect(names()).toContain("9.9");
  expect(toTable(own).columns.map(({ name }) => name)).toEqual(["source", "target", "weight"]);
});

test("in words", () => {
  expect(sentence(graph())).toBe("5 nodes, 6 edges; the strongest leads from 9.9 to <b>logit</b>, +5.00.");
  expect(read(graph(), { layer: 9, head: 9 })).toBe("9.9, most from 5.2 +4.00, most to <b>logit</b> +5.00.");
  expect(read(graph(), { layer: 9, head: 1 })).toBeNull();
});
