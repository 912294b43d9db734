import { describe, expect, test } from "vitest";
import { documentOf } from "../fixtures";
import {
  flowOf,
  groupedFlow,
  pathsThrough,
  strongest,
  touched,
  type Flow,
  type FlowEdge,
  type FlowNode,
} from "./flowGraph";
import { layOutFlow, type FlowLayout } from "./flowLayout";

const edge = (source: number, target: number, weight: number): FlowEdge => ({ source, target, weight });
const node = (name: string, more: Partial<FlowNode> = {}): FlowNode => ({
  name,
  title: name,
  place: {},
  depth: null,
  order: null,
  members: null,
  ...more,
});

const flow = (edges: FlowEdge[], nodes: FlowNode[] = []): Flow => ({
  nodes,
  edges,
  total: edges.length,
  sum: edges.reduce((sum, { weight }) => sum + Math.abs(weight), 0),
  quantity: { name: "weight", label: "effect", scale: "eff" },
});

describe("a document as a graph", () => {
  const document = documentOf("flow_graph", {
    dims: { source: ["edge"], target: ["edge"], weight: ["edge"], layer: ["node"], position: ["node"] },
    coords: { node: ["The", "9.9", "logit"] },
    source: [0, 1, 0],
    target: [1, 2, 2],
    weight: [0.5, -2, null],
    layer: [-1, 9, null],
    position: [2, null, null],
    total: { edge: 212 },
    facts: { total_weight: 5 },
  });

  test("edges by size, undefined ones left out, and how many there are", () => {
    expect(flowOf(document)).toMatchObject({ edges: [edge(1, 2, -2), edge(0, 1, 0.5)], total: 212, sum: 5 });
  });

  test("tokens are named by the prompt, and everything by its place", () => {
    expect(flowOf(document)?.nodes.map(({ name, place, depth, order }) => ({ name, place, depth, order }))).toEqual([
      { name: "·Mary", place: { position: 2 }, depth: null, order: 2 },
      { name: "9.9", place: { layer: 9 }, depth: 9, order: null },
      { name: "logit", place: {}, depth: null, order: null },
    ]);
  });

  test("without edges there is no graph", () => {
    expect(flowOf(documentOf("flow_graph", {}))).toBeNull();
  });
});

describe("the strongest edges", () => {
  const graph = flow([edge(0, 1, 5), edge(1, 2, -3), edge(2, 3, 1), edge(0, 3, 1)]);

  test("the fewest that hold the share asked for", () => {
    expect(strongest(graph, 0.5)).toMatchObject({ share: 0.5, edges: [graph.edges[0]] });
    expect(strongest(graph, 0.51).edges).toHaveLength(2);
    expect(strongest(graph, 1)).toMatchObject({ share: 1 });
    expect(strongest(graph, 1).edges).toHaveLength(4);
    expect(strongest(graph, 1, 3)).toMatchObject({ share: 0.9 });
  });

  test("what is not stored counts among all", () => {
    expect(strongest({ ...graph, sum: 20 }, 1).share).toBe(0.5);
  });
});

test("paths lead into a node and out of it, not past it", () => {
  //   4
  //  / \
  // 2   3
  //  \ / \
  //   1   5
  const edges = [edge(1, 2, 1), edge(1, 3, 1), edge(2, 4, 1), edge(3, 4, 1), edge(5, 3, 1)];
  expect(pathsThrough(edges, 2)).toEqual([edges[0], edges[2]]);
  expect(pathsThrough(edges, 3)).toEqual([edges[1], edges[3], edges[4]]);
  expect(pathsThrough(edges, 4)).toEqual(edges);
  expect(touched(pathsThrough(edges, 2))).toEqual([1, 2, 4]);
  expect(pathsThrough([edge(1, 2, 1), edge(2, 1, 1)], 1)).toHaveLength(2);
});

test("a group is one node with the sums of its members' edges, and their inner ones gone", () => {
  const nodes = ["a", "b", "c", "d"].map((name, depth) => node(name, { depth }));
  const graph = flow([edge(2, 3, 4), edge(0, 1, 3), edge(1, 2, 2), edge(0, 2, -1)], nodes);
  const grouped = groupedFlow(graph, [null, { name: "movers", members: [1, 2] }]);
  expect(grouped.nodes[5]).toMatchObject({ name: "movers", depth: 2, members: [1, 2] });
  expect(grouped.edges).toEqual([edge(5, 3, 4), edge(0, 5, 2)]);
  expect(groupedFlow(graph, [null]).edges).toEqual(graph.edges);
});

describe("the layout", () => {
  const lay = (nodes: FlowNode[], edges: FlowEdge[], width = 300): FlowLayout =>
    layOutFlow(nodes, touched(edges), edges, { width, nodeWidth: (i) => 20 + 4 * nodes[i].name.length, rowHeight: 40 });

  const overlaps = ({ nodes, rows }: FlowLayout) =>
    rows.flatMap((row) =>
      row.slice(1).filter((right, i) => {
        const [a, b] = [nodes.get(row[i]), nodes.get(right)];
        return a && b && a.x + a.width / 2 > b.x - b.width / 2;
      }),
    );

  test("inputs below, outputs above, layers between, tokens in their order", () => {
    const nodes = [
      node("to", { order: 14 }),
      node("Mary", { order: 2 }),
      node("9.9", { depth: 9 }),
      node("5.5", { depth: 5 }),
      node("logit"),
    ];
    const layout = lay(nodes, [edge(0, 3, 1), edge(1, 3, 1), edge(3, 2, 1), edge(2, 4, 1)]);
    expect(layout.rows).toEqual([[1, 0], [3], [2], [4]]);
    expect(layout.nodes.get(4)?.y).toBeLessThan(layout.nodes.get(2)?.y ?? 0);
  });

  test("without depths: the longest way from an input, circles broken", () => {
    const nodes = ["a", "b", "c", "d"].map((name) => node(name));
    expect(lay(nodes, [edge(0, 1, 1), edge(1, 2, 1), edge(0, 2, 1), edge(2, 3, 1)]).rows).toEqual([[0], [1], [2], [3]]);
    expect(lay(nodes, [edge(0, 1, 1), edge(1, 0, 1)]).nodes.size).toBe(2);
  });

  test("nodes stay apart and inside, however many", () => {
    const nodes = Array.from({ length: 120 }, (_, i) => node(`node ${i}`, { depth: i % 8 }));
    const edges = Array.from({ length: 400 }, (_, i) => edge((i * 7) % 120, (i * 31 + 5) % 120, Math.sin(i)));
    const layout = lay(nodes, edges);
    expect(overlaps(layout)).toEqual([]);
    for (const placed of layout.nodes.values()) {
      expect(placed.x - placed.width / 2).toBeGreaterThanOrEqual(-1e-6);
      expect(placed.x + placed.width / 2).toBeLessThanOrEqual(layout.width + 1e-6);
    }
  });

  test("few nodes use the width there is, a node alone stands in its middle", () => {
    const nodes = ["a", "b", "c", "d"].map((name, i) => node(name, { depth: i === 3 ? 1 : 0 }));
    const layout = lay(nodes, [edge(0, 3, 1), edge(1, 3, 1), edge(2, 3, 1)], 600);
    expect(layout.width).toBe(600);
    expect(overlaps(layout)).toEqual([]);
    expect(layout.nodes.get(3)?.x).toBeCloseTo(300, 0);
    const line = lay(nodes, [edge(0, 3, 1)], 600);
    expect(line.nodes.get(0)?.x).toBe(300);
  });

  test("linked nodes stand above one another", () => {
    const nodes = ["a", "b", "c", "d"].map((name, i) => node(name, { depth: i < 2 ? 0 : 1 }));
    const layout = lay(nodes, [edge(0, 3, 1), edge(1, 2, 1)]);
    const [left, right] = layout.rows[0];
    const above = (below: number) => (below === 0 ? 3 : 2);
    expect(layout.rows[1]).toEqual([above(left), above(right)]);
  });

  test("the same graph is always laid out the same", () => {
    const nodes = Array.from({ length: 20 }, (_, i) => node(String(i), { depth: i % 4 }));
    const edges = Array.from({ length: 40 }, (_, i) => edge(i % 20, (i * 3 + 1) % 20, 1));
    expect(lay(nodes, edges)).toEqual(lay(nodes, edges));
  });
});
