/** A weighted graph as it is drawn: its nodes and edges, groups of nodes as one, the strongest edges, and paths. */
import { tokenText } from "../../ui/tokenText";
import { chosen, find, labels } from "../result";
import type { Cell, Quantity, ResultDocument } from "../types";
import type { Group } from "./flowGroups";
import { placesOf } from "./places";

/** Edges that can be told apart in one drawing. */
export const MOST_EDGES = 400;

export interface FlowNode {
  /** In the drawing, where a token stands among the others. */
  name: string;
  /** In words, where a token needs its position. */
  title: string;
  place: Cell;
  /** How far up it stands: its layer, or as the result says. */
  depth: number | null;
  /** Of a token: where it stands among the others. */
  order: number | null;
  /** The nodes of a group. */
  members: number[] | null;
}

export interface FlowEdge {
  source: number;
  target: number;
  weight: number;
}

export interface Flow {
  nodes: FlowNode[];
  /** By size, the strongest first. */
  edges: FlowEdge[];
  /** How many edges there are, of which these are some. */
  total: number;
  /** The size of all edges together. */
  sum: number;
  quantity: Quantity;
}

const size = ({ weight }: FlowEdge): number => Math.abs(weight);
const bySize = (edges: FlowEdge[]): FlowEdge[] => edges.sort((one, two) => size(two) - size(one));

function along(document: ResultDocument, name: string, dim: string): ArrayLike<number> | null {
  const found = find(document, name);
  return found?.dims.join() === dim ? found.data : null;
}

const WEIGHT: Quantity = { name: "weight", label: "weight", scale: "eff" };

export function flowOf(document: ResultDocument): Flow | null {
  const [sources, targets, weights] = ["source", "target", "weight"].map((name) => along(document, name, "edge"));
  if (!sources || !targets || !weights || weights.length === 0) return null;
  const all = Array.from(weights, (weight, i) => ({ source: sources[i], target: targets[i], weight }));
  const edges = bySize(all.filter(({ weight }) => Number.isFinite(weight)));
  const count = Math.max(0, ...all.map(({ source, target }) => Math.max(source, target) + 1));
  const nodes = nodesOf(document, Math.max(count, document.result.coords.node?.length ?? 0));
  const { facts, total } = document.result;
  const sum = edges.reduce((most, edge) => most + size(edge), 0);
  return {
    nodes,
    edges,
    total: total.edge ?? all.length,
    sum: typeof facts.total_weight === "number" ? Math.max(sum, facts.total_weight) : sum,
    quantity: chosen(document, "weight") ?? WEIGHT,
  };
}

function nodesOf(document: ResultDocument, count: number): FlowNode[] {
  const places = placesOf(document, "node", count);
  const depths = along(document, "depth", "node");
  return labels(document, "node", count).map((name, i) => {
    const place = places[i];
    const isToken = place.position != null && place.layer == null && place.head == null;
    const token = isToken && place.position != null ? document.result.tokens[place.position] : undefined;
    const shown = isToken ? tokenText(token ?? { text: name }, 16) : name;
    const depth = depths?.[i] ?? place.layer ?? null;
    return {
      name: shown,
      title: isToken ? `${shown} ${place.position}` : shown,
      place,
      depth: depth !== null && Number.isFinite(depth) ? depth : null,
      order: place.position ?? null,
      members: null,
    };
  });
}

/** The same graph with each group as one node after all others: its edges are the sums of those of its members. */
export function groupedFlow(flow: Flow, groups: readonly (Group | null)[]): Flow {
  const owner = flow.nodes.map((_, i) => i);
  const nodes = [...flow.nodes];
  groups.forEach((group) => {
    const members = group?.members ?? [];
    for (const member of members) owner[member] = nodes.length;
    const inside = members.map((member) => flow.nodes[member]);
    nodes.push({
      name: group?.name ?? "",
      title: group?.name ?? "",
      place: {},
      depth: middle(inside.map(({ depth }) => depth)),
      order: middle(inside.map(({ order }) => order)),
      members,
    });
  });
  const [kept, merged] = [[] as FlowEdge[], new Map<string, FlowEdge>()];
  for (const edge of flow.edges) {
    const [source, target] = [owner[edge.source], owner[edge.target]];
    if (source === edge.source && target === edge.target) kept.push(edge);
    else if (source !== target) {
      const before = merged.get(`${source} ${target}`)?.weight ?? 0;
      merged.set(`${source} ${target}`, { source, target, weight: before + edge.weight });
    }
  }
  return { ...flow, nodes, edges: bySize([...kept, ...merged.values()]) };
}

/** The middle one of what is known. */
function middle(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((one, two) => one - two);
  return known[Math.floor(known.length / 2)] ?? null;
}

export interface Part {
  edges: FlowEdge[];
  /** Their share of the size of all edges. */
  share: number;
}

/** The fewest edges that together hold at least a share of the size of all, no more than can be drawn. */
export function strongest({ edges, sum }: Flow, share: number, most: number = MOST_EDGES): Part {
  let [held, count] = [0, 0];
  while (count < Math.min(edges.length, most) && held < share * sum * (1 - 1e-9)) held += size(edges[count++]);
  return { edges: edges.slice(0, count), share: sum > 0 ? held / sum : 0 };
}

/** The edges on paths that lead into a node or out of it. */
export function pathsThrough(edges: readonly FlowEdge[], node: number): FlowEdge[] {
  const reached = (from: "source" | "target", to: "source" | "target") => {
    const seen = new Set([node]);
    for (const next of seen) for (const edge of edges) if (edge[from] === next) seen.add(edge[to]);
    return seen;
  };
  const [after, before] = [reached("source", "target"), reached("target", "source")];
  return edges.filter(({ source, target }) => after.has(source) || before.has(target));
}

/** The nodes that edges touch, in the order of all nodes. */
export function touched(edges: readonly FlowEdge[]): number[] {
  return [...new Set(edges.flatMap(({ source, target }) => [source, target]))].sort((one, two) => one - two);
}
