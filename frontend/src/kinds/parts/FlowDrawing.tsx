import { useCallback, useMemo, useRef, useState, type MouseEvent } from "react";
import { hideTip, showTip } from "../../charts/tip";
import { t } from "../../ui/i18n";
import { forScale, percent } from "../../ui/numbers";
import { unitOf } from "../result";
import type { Cell, SelectionStore } from "../types";
import { barColour } from "./colour";
import type { Flow, FlowEdge } from "./flowGraph";
import type { FlowLayout, Placed } from "./flowLayout";
import { liesIn } from "./places";
import { SpotKeys } from "./SpotKeys";
import { useHovered } from "./useHovered";
import type { Spot } from "./useSpot";

interface FlowDrawingProps {
  label: string;
  flow: Flow;
  layout: FlowLayout;
  /** What is drawn of the edges that the layout was made for. */
  edges: readonly FlowEdge[];
  spot: Spot;
  picked: ReadonlySet<number>;
  selection: SelectionStore;
  sentence: (node: number) => string;
  onPick: (node: number) => void;
  onGroup: () => boolean;
  onOpen: ((edge: FlowEdge) => void) | undefined;
}

const NODE_HEIGHT = 22;
const WIDEST = 6;

/** The graph in SVG. One tab stop: arrows walk along the strongest edges, up and down, and along rows. */
export function FlowDrawing(props: FlowDrawingProps) {
  const { label, flow, layout, edges, spot, picked, selection, sentence, onPick, onGroup, onOpen } = props;
  const host = useRef<SVGSVGElement>(null);
  const [own, setOwn] = useState(0);
  const [focus, setFocus] = useState<number | null>(null);
  const order = useMemo(() => layout.rows.flat(), [layout]);
  const linked = useMemo(() => new Set(edges.flatMap(({ source, target }) => [source, target])), [edges]);
  const largest = Math.max(1e-12, ...edges.map(({ weight }) => Math.abs(weight)));
  const current = Math.max(0, order.indexOf(spot.pinned >= 0 ? spot.pinned : own));
  const isHovered = useCallback(
    (element: HTMLElement | SVGElement, hover: Cell) => {
      const { node, source, target } = element.dataset;
      return [node, source, target].some((id) => id !== undefined && liesIn(hover, flow.nodes[Number(id)].place));
    },
    [flow],
  );
  useHovered(host, selection, "[data-node],[data-source]", isHovered);

  const elementOf = (node: number) => host.current?.querySelector(`[data-node="${node}"]`) ?? null;
  const weightOf = (edge: FlowEdge) =>
    t("figures.flow.weight", {
      source: flow.nodes[edge.source].title,
      target: flow.nodes[edge.target].title,
      weight: forScale(flow.quantity.scale, edge.weight) + unitOf(flow.quantity),
      share: percent(Math.abs(edge.weight) / (flow.sum || 1), 1),
    });

  function onPointerOver(event: { target: EventTarget | null }) {
    const { node, edge } = partOf(event, edges);
    selection.setHover(node === null ? null : flow.nodes[node].place);
    const box = event.target instanceof Element ? event.target.getBoundingClientRect() : null;
    if (node !== null && box) showTip(box, [sentence(node)]);
    else if (edge && box) {
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      showTip({ left: x, right: x, top: y - 6, bottom: y + 6 }, [weightOf(edge)]);
    } else hideTip();
  }

  function onClick(event: MouseEvent) {
    const { node, edge } = partOf(event, edges);
    if (node !== null) {
      setOwn(node);
      if (event.shiftKey) onPick(node);
      else spot.toggle(node, event);
    } else if (edge) onOpen?.(edge);
  }

  return (
    <SpotKeys
      label={label}
      count={order.length}
      current={current}
      picked={picked.has(order[current])}
      text={(at) => sentence(order[at])}
      move={(key, from) => {
        const next = neighbour(key, order[from], edges, layout);
        return next === null ? null : order.indexOf(next);
      }}
      onMove={(at) => {
        setOwn(order[at]);
        spot.pin(order[at]);
      }}
      onToggle={(at) => spot.toggle(order[at])}
      onPick={(at) => onPick(order[at])}
      onKey={(key) => key.toLowerCase() === "g" && onGroup()}
      onFocus={(at) => setFocus(at === null ? null : order[at])}
      place={(at) => elementOf(order[at])?.getBoundingClientRect() ?? null}
    >
      {/* The keyboard's twin is the option of SpotKeys. */}
      <svg
        ref={host}
        className="flow-drawing"
        width={layout.width}
        height={layout.height}
        onPointerOver={onPointerOver}
        onPointerLeave={() => {
          selection.setHover(null);
          hideTip();
        }}
        onClick={onClick}
      >
        {edges.map((edge, i) => {
          const [from, to] = [layout.nodes.get(edge.source), layout.nodes.get(edge.target)];
          if (!from || !to) return null;
          return (
            <path
              key={i}
              data-edge={i}
              data-source={edge.source}
              data-target={edge.target}
              className={["flow-edge", edge.weight < 0 && "away", onOpen && "opens"].filter(Boolean).join(" ")}
              d={curveOf(from, to)}
              stroke={barColour(flow.quantity.scale, edge.weight)}
              strokeWidth={Math.max(1, (Math.abs(edge.weight) / largest) * WIDEST)}
            />
          );
        })}
        {order.map((node) => (
          <Node
            key={node}
            node={node}
            name={flow.nodes[node].name}
            placed={layout.nodes.get(node)}
            className={[
              "flow-node",
              flow.nodes[node].members && "group",
              !linked.has(node) && "apart",
              picked.has(node) && "picked",
              spot.pins.some((pin) => pin.spot === node) && "pinned",
              focus === node && "focused",
            ]
              .filter(Boolean)
              .join(" ")}
            letter={spot.pins.find((pin) => pin.spot === node)?.letter ?? ""}
          />
        ))}
      </svg>
    </SpotKeys>
  );
}

interface NodeProps {
  node: number;
  name: string;
  placed: Placed | undefined;
  className: string;
  letter: string;
}

function Node({ node, name, placed, className, letter }: NodeProps) {
  if (!placed) return null;
  const { x, y, width } = placed;
  return (
    <g data-node={node} className={className} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
      <rect
        className="flow-ring"
        x={-width / 2 - 3}
        y={-NODE_HEIGHT / 2 - 3}
        width={width + 6}
        height={NODE_HEIGHT + 6}
        rx={7}
      />
      <rect className="flow-box" x={-width / 2} y={-NODE_HEIGHT / 2} width={width} height={NODE_HEIGHT} rx={4} />
      <text className="mono" y={4} textAnchor="middle">
        {name}
      </text>
      {letter && (
        <text className="flow-letter" x={width / 2 + 2} y={-NODE_HEIGHT / 2 + 4}>
          {letter}
        </text>
      )}
    </g>
  );
}

/** What an event is about: a node, or an edge. */
function partOf({ target }: { target: EventTarget | null }, edges: readonly FlowEdge[]) {
  const element = target instanceof Element ? target.closest<SVGElement>("[data-node],[data-edge]") : null;
  const { node, edge } = element?.dataset ?? {};
  return { node: node === undefined ? null : Number(node), edge: edge === undefined ? null : edges[Number(edge)] };
}

/** From the edge of one node to that of the other; upward, downward, or over the row that both stand in. */
function curveOf(from: Placed, to: Placed): string {
  const half = NODE_HEIGHT / 2;
  const [x1, x2] = [from.x.toFixed(1), to.x.toFixed(1)];
  if (from.row === to.row) {
    const top = (from.y - half).toFixed(1);
    const over = (from.y - half - 18).toFixed(1);
    return `M${x1} ${top}C${x1} ${over} ${x2} ${over} ${x2} ${top}`;
  }
  const up = to.row > from.row ? 1 : -1;
  const [y1, y2] = [from.y - up * half, to.y + up * half];
  const bend = (y2 - y1) / 2;
  return `M${x1} ${y1.toFixed(1)}C${x1} ${(y1 + bend).toFixed(1)} ${x2} ${(y2 - bend).toFixed(1)} ${x2} ${y2.toFixed(1)}`;
}

/** Up: along the strongest edge out of a node; down: along the strongest into it; sideways: along its row. */
function neighbour(key: string, from: number, edges: readonly FlowEdge[], { rows, nodes }: FlowLayout): number | null {
  const row = rows[nodes.get(from)?.row ?? -1] ?? [from];
  switch (key) {
    case "ArrowUp":
      return edges.find(({ source, target }) => source === from && target !== from)?.target ?? from;
    case "ArrowDown":
      return edges.find(({ source, target }) => target === from && source !== from)?.source ?? from;
    case "ArrowLeft":
      return row[row.indexOf(from) - 1] ?? from;
    case "ArrowRight":
      return row[row.indexOf(from) + 1] ?? from;
    case "Home":
      return rows[0][0];
    case "End":
      return rows[rows.length - 1][0];
    default:
      return null;
  }
}
