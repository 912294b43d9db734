/**
 * Weighted edges between nodes, from inputs below to the answer above. Arrays:
 *
 * - `source` and `target` [edge]: numbers of nodes, whose names are `coords.node`; `weight` [edge]: its size is the width of
 *   the line, its sign the colour and the dashes
 * - `layer`, `head`, `position`, `feature` [node]: which place of the model a node is; a node with a position alone is a
 *   token of the prompt. `depth` [node]: how far up it stands, where that is not its layer
 * - `total.edge` and `facts.total_weight`: how many edges there are and how much they weigh, when not all are stored
 * - `facts.edge_method`: the method that an edge is looked at with, at the place of its target
 */
import "./messages";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { t } from "../ui/i18n";
import { forScale, percent } from "../ui/numbers";
import { FlowDrawing } from "./parts/FlowDrawing";
import {
  flowOf,
  groupedFlow,
  MOST_EDGES,
  pathsThrough,
  strongest,
  touched,
  type Flow,
  type FlowEdge,
} from "./parts/flowGraph";
import { addGroup, dissolveGroup, groupsOf, useGroups } from "./parts/flowGroups";
import { layOutFlow } from "./parts/flowLayout";
import { FlowReadout } from "./parts/FlowReadout";
import { GroupBar } from "./parts/GroupBar";
import { KindFrame } from "./parts/KindFrame";
import { isNowhere, liesIn } from "./parts/places";
import { textWidth } from "./parts/textWidth";
import { useSpot } from "./parts/useSpot";
import { useWidth } from "./parts/useWidth";
import { unitOf } from "./result";
import Table from "./Table";
import type { Cell, KindProps, ResultDocument, TableTwin } from "./types";
import "./parts/flow.css";

/** What is drawn at first: so much of the effect, in no more edges than that. */
const FIRST = { share: 0.9, most: 60 };
const COMPACT = { share: 0.9, most: 24 };
const ROW = { full: 52, compact: 34 };
const STEPS = 100;

export default function FlowGraph(props: KindProps) {
  const flow = useMemo(() => flowOf(props.document), [props.document]);
  return flow ? <Figure key={props.document.key} props={props} stored={flow} /> : <Table {...props} />;
}

function Figure({ props, stored }: { props: KindProps; stored: Flow }) {
  const { document, selection, compact = false, onOpen } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host) || 480;
  const groups = useGroups(document);
  const flow = useMemo(() => groupedFlow(stored, groups), [stored, groups]);
  const first = compact ? COMPACT : FIRST;
  const [share, setShare] = useState(() => strongest(flow, first.share, first.most).share);
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const naming = useRef<HTMLInputElement>(null);
  const places = useMemo(() => flow.nodes.map(({ place }) => place), [flow]);
  const spot = useSpot(selection, places);

  const wanted = useDeferredValue(share);
  const part = useMemo(() => strongest(flow, wanted), [flow, wanted]);
  const shown = useMemo(() => touched(part.edges), [part]);
  const paths = useMemo(
    () => (spot.own === null || !shown.includes(spot.own) ? part.edges : pathsThrough(part.edges, spot.own)),
    [part, shown, spot.own],
  );
  const layout = useMemo(
    () =>
      layOutFlow(flow.nodes, shown, part.edges, {
        width,
        nodeWidth: (node) => Math.max(28, Math.ceil(textWidth(flow.nodes[node].name, 11)) + 14),
        rowHeight: compact ? ROW.compact : ROW.full,
      }),
    [flow, shown, part, width, compact],
  );

  const flip = (node: number) => {
    const next = new Set(picked);
    if (!next.delete(node)) next.add(node);
    setPicked(next);
  };
  const group = (name: string) => {
    const members = [...picked].flatMap((node) => flow.nodes[node].members ?? node);
    addGroup(document, { name, members });
    setPicked(new Set());
  };
  const opening = openingOf(document, flow);
  const open = onOpen && opening ? (edge: FlowEdge) => onOpen(opening(edge)) : undefined;
  return (
    <KindFrame
      props={{ ...props, onQuantity: undefined }}
      quantity={null}
      controls={!compact && <ShareSlider share={share} onShare={setShare} />}
      notes={notesOf(flow, paths, part.share, part.edges)}
    >
      <div ref={host} className="flow">
        <FlowDrawing
          label={describe(document)}
          flow={flow}
          layout={layout}
          edges={paths}
          spot={spot}
          picked={picked}
          selection={selection}
          sentence={(node) => nodeText(flow, paths, node)}
          onPick={flip}
          onGroup={() => {
            naming.current?.focus();
            return picked.size > 0;
          }}
          onOpen={open}
        />
      </div>
      {!compact && spot.pinned >= 0 && shown.includes(spot.pinned) && (
        <FlowReadout
          flow={flow}
          edges={paths}
          node={spot.pinned}
          onOpen={open}
          onDissolve={
            flow.nodes[spot.pinned].members
              ? () => dissolveGroup(document, spot.pinned - stored.nodes.length)
              : undefined
          }
        />
      )}
      {picked.size > 0 && (
        <GroupBar
          field={naming}
          names={[...picked].map((node) => flow.nodes[node].title)}
          onGroup={group}
          onClear={() => setPicked(new Set())}
        />
      )}
    </KindFrame>
  );
}

/** How much of the effect the edges drawn should hold. */
function ShareSlider({ share, onShare }: { share: number; onShare: (share: number) => void }) {
  const text = t("figures.flow.share", { share: percent(share) });
  return (
    <span className="threshold">
      <input
        type="range"
        aria-label={t("figures.flow.threshold")}
        aria-valuetext={text}
        min={1 / STEPS}
        max={1}
        step={1 / STEPS}
        value={share}
        onChange={(event) => onShare(Number(event.target.value))}
      />
      <span aria-hidden="true">{text}</span>
    </span>
  );
}

function notesOf(
  flow: Flow,
  edges: readonly FlowEdge[],
  share: number,
  drawn: readonly FlowEdge[],
): (string | false)[] {
  return [
    t("figures.flow.edges", { shown: edges.length, total: flow.total }),
    edges.length < drawn.length
      ? t("figures.flow.paths", { count: drawn.length })
      : t("figures.flow.held", { share: percent(share) }),
    drawn.length >= MOST_EDGES && flow.edges.length > MOST_EDGES && t("figures.flow.most", { most: MOST_EDGES }),
    drawn.some(({ weight }) => weight < 0) &&
      t(flow.quantity.scale === "eff" ? "figures.flow.away" : "figures.flow.below"),
  ];
}

/** What an edge leads to: the method that the result names, at the place of the edge's target, else of its source. */
function openingOf(document: ResultDocument, flow: Flow) {
  const method = document.result.facts.edge_method;
  if (typeof method !== "string") return null;
  return ({ source, target }: FlowEdge) => {
    const place = [target, source].map((node) => flow.nodes[node].place).find((each) => !isNowhere(each));
    return { method, ...(place ? { pin: place } : {}) };
  };
}

const weightText = ({ quantity }: Flow, weight: number): string => forScale(quantity.scale, weight) + unitOf(quantity);

/** A node with its strongest edge in and out. */
function nodeText(flow: Flow, edges: readonly FlowEdge[], node: number): string {
  const { title, members } = flow.nodes[node];
  const [into, out] = [edges.find(({ target }) => target === node), edges.find(({ source }) => source === node)];
  return t("figures.flow.node", {
    name: title,
    count: members?.length ?? 0,
    into: into ? "yes" : "no",
    from: into ? flow.nodes[into.source].title : "",
    received: into ? weightText(flow, into.weight) : "",
    out: out ? "yes" : "no",
    to: out ? flow.nodes[out.target].title : "",
    sent: out ? weightText(flow, out.weight) : "",
  });
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const flow = flowOf(document);
  const edge = flow?.edges[0];
  if (!flow || !edge) return t("kinds.nothing");
  return t("figures.flow.describe", {
    nodes: touched(flow.edges).length,
    edges: flow.edges.length,
    source: flow.nodes[edge.source].title,
    target: flow.nodes[edge.target].title,
    weight: weightText(flow, edge.weight),
  });
}

/** Every edge with the names of its ends, and of the groups they were put into. */
export function toTable(document: ResultDocument): TableTwin {
  const flow = flowOf(document);
  if (!flow) return { columns: [], rows: [] };
  const groups = groupsOf(document);
  const groupOf = (node: number) => groups.find((group) => group?.members.includes(node))?.name ?? "";
  const grouped = groups.some((group) => group);
  const column = (name: string, label: string, numeric = false) => ({ name, label, numeric });
  return {
    columns: [
      column("source", t("figures.flow.source")),
      column("target", t("figures.flow.target")),
      column("weight", [flow.quantity.label, flow.quantity.unit].filter(Boolean).join(", "), true),
      ...(grouped
        ? [column("source_group", t("figures.flow.sourceGroup")), column("target_group", t("figures.flow.targetGroup"))]
        : []),
    ],
    rows: flow.edges.map(({ source, target, weight }) => [
      flow.nodes[source].title,
      flow.nodes[target].title,
      weight,
      ...(grouped ? [groupOf(source), groupOf(target)] : []),
    ]),
  };
}

export function read(document: ResultDocument, pin: Cell): string | null {
  const flow = flowOf(document);
  const node = flow?.nodes.findIndex(({ place }) => liesIn(pin, place)) ?? -1;
  return flow && node >= 0 ? nodeText(flow, flow.edges, node) : null;
}
