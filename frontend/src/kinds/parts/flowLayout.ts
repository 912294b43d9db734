/**
 * Where the nodes of a graph stand: in rows by depth, what flows in below and what flows out above, so that edges cross
 * little and no node covers another. A plain function of nodes and edges; some milliseconds for as many as can be drawn.
 */
import type { FlowEdge, FlowNode } from "./flowGraph";

export interface Placed {
  /** The middle of the node. */
  x: number;
  y: number;
  width: number;
  row: number;
}

export interface FlowLayout {
  /** By the number of the node. */
  nodes: Map<number, Placed>;
  /** Nodes of each row, from left to right; the lowest row first. */
  rows: number[][];
  width: number;
  height: number;
}

export interface LayoutOptions {
  /** The width there is; a layout that needs more is wider. */
  width: number;
  /** Of a node, with its padding. */
  nodeWidth: (node: number) => number;
  rowHeight: number;
}

const SPACE = 12;
const SWEEPS = 12;

export function layOutFlow(
  nodes: readonly FlowNode[],
  shown: readonly number[],
  edges: readonly FlowEdge[],
  options: LayoutOptions,
): FlowLayout {
  const links = linksOf(shown, edges);
  const depth = depthsOf(nodes, shown, links);
  const levels = [...new Set(shown.map((node) => depth.get(node) ?? 0))].sort((one, two) => one - two);
  const rows = levels.map((level) => shown.filter((node) => depth.get(node) === level));
  const widths = new Map(shown.map((node) => [node, options.nodeWidth(node)]));
  const x = arrange(nodes, rows, links, widths);
  const left = Math.min(0, ...shown.map((node) => (x.get(node) ?? 0) - (widths.get(node) ?? 0) / 2));
  const needed = Math.max(1, ...shown.map((node) => (x.get(node) ?? 0) - left + (widths.get(node) ?? 0) / 2));
  const width = Math.max(needed, options.width);
  const height = levels.length * options.rowHeight;
  const placed = new Map<number, Placed>();
  rows.forEach((row, level) => {
    for (const node of row) {
      const own = widths.get(node) ?? 0;
      // Stretched to the width there is, ends kept inside.
      const inner = needed > own ? ((x.get(node) ?? 0) - left - own / 2) / (needed - own) : 0.5;
      placed.set(node, {
        x: needed < width ? own / 2 + inner * (width - own) : (x.get(node) ?? 0) - left,
        y: height - (level + 0.5) * options.rowHeight,
        width: own,
        row: level,
      });
    }
  });
  return { nodes: placed, rows, width, height };
}

interface Links {
  into: Map<number, FlowEdge[]>;
  out: Map<number, FlowEdge[]>;
}

function linksOf(shown: readonly number[], edges: readonly FlowEdge[]): Links {
  const empty = () => new Map<number, FlowEdge[]>(shown.map((node) => [node, []]));
  const links = { into: empty(), out: empty() };
  for (const edge of edges) {
    if (edge.source === edge.target) continue;
    links.out.get(edge.source)?.push(edge);
    links.into.get(edge.target)?.push(edge);
  }
  return links;
}

/** Depths as given; without any, the longest way from an input. Inputs without depth are below all, outputs above. */
function depthsOf(nodes: readonly FlowNode[], shown: readonly number[], links: Links): Map<number, number> {
  const known = shown.flatMap((node) => nodes[node].depth ?? []);
  if (known.length === 0) return longestWays(shown, links);
  const [lowest, highest] = [Math.min(...known) - 1, Math.max(...known) + 1];
  return new Map(
    shown.map((node) => {
      const isInput = links.into.get(node)?.length === 0;
      return [node, nodes[node].depth ?? (isInput ? lowest : highest)];
    }),
  );
}

/** The longest way from a node without incoming edges; an edge that closes a circle is left out. */
function longestWays(shown: readonly number[], { into }: Links): Map<number, number> {
  const ways = new Map<number, number>();
  const under = new Set<number>();
  const way = (node: number): number => {
    const done = ways.get(node);
    if (done !== undefined) return done;
    under.add(node);
    const before = (into.get(node) ?? []).filter(({ source }) => !under.has(source));
    const length = Math.max(0, ...before.map(({ source }) => way(source) + 1));
    under.delete(node);
    ways.set(node, length);
    return length;
  };
  shown.forEach(way);
  return ways;
}

/** Horizontal places: nodes are pulled to what they are linked with, rows up and down in turn. Reorders `rows`. */
function arrange(
  nodes: readonly FlowNode[],
  rows: number[][],
  links: Links,
  widths: ReadonlyMap<number, number>,
): Map<number, number> {
  const x = new Map<number, number>();
  const wish = (node: number, sides: readonly FlowEdge[]): number | null => {
    let [sum, weight] = [0, 0];
    for (const { source, target, weight: own } of sides) {
      const other = x.get(source === node ? target : source);
      if (other === undefined) continue;
      sum += other * Math.abs(own);
      weight += Math.abs(own);
    }
    return weight > 0 ? sum / weight : null;
  };
  const settle = (row: number[], wanted: (node: number) => number | null) => {
    const places = new Map(row.map((node, i) => [node, wanted(node) ?? x.get(node) ?? i]));
    row.sort((one, two) => fixed(nodes, one, two) ?? (places.get(one) ?? 0) - (places.get(two) ?? 0));
    const spread = apart(
      row.map((node) => places.get(node) ?? 0),
      row.map((node) => (widths.get(node) ?? 0) + SPACE),
    );
    row.forEach((node, i) => x.set(node, spread[i]));
  };
  for (const row of rows) settle(row, (node) => wish(node, links.into.get(node) ?? []));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const order = sweep % 2 === 0 ? [...rows].reverse() : rows;
    for (const row of order)
      settle(row, (node) => wish(node, [...(links.into.get(node) ?? []), ...(links.out.get(node) ?? [])]));
  }
  return x;
}

/** Tokens keep the order of the prompt. */
function fixed(nodes: readonly FlowNode[], one: number, two: number): number | null {
  const [a, b] = [nodes[one], nodes[two]];
  const tokens = a.depth === null && b.depth === null && a.order !== null && b.order !== null;
  return tokens && a.order !== b.order ? (a.order ?? 0) - (b.order ?? 0) : null;
}

/** Places in the same order, each as far from the next as both need, moved as little to the left as to the right. */
function apart(wanted: readonly number[], widths: readonly number[]): number[] {
  const need = (i: number) => (widths[i] + widths[i + 1]) / 2;
  const [right, left] = [[...wanted], [...wanted]];
  for (let i = 1; i < right.length; i++) right[i] = Math.max(right[i], right[i - 1] + need(i - 1));
  for (let i = left.length - 2; i >= 0; i--) left[i] = Math.min(left[i], left[i + 1] - need(i));
  return right.map((place, i) => (place + left[i]) / 2);
}
