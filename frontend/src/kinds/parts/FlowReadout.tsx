import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { forScale } from "../../ui/numbers";
import { unitOf } from "../result";
import type { Flow, FlowEdge } from "./flowGraph";

interface FlowReadoutProps {
  flow: Flow;
  edges: readonly FlowEdge[];
  node: number;
  onOpen: ((edge: FlowEdge) => void) | undefined;
  /** Only of a group. */
  onDissolve: (() => void) | undefined;
}

const LISTED = 4;

/** What flows into a node and out of it, in numbers. */
export function FlowReadout({ flow, edges, node, onOpen, onDissolve }: FlowReadoutProps) {
  const { title: name, members } = flow.nodes[node];
  return (
    <div className="flow-readout">
      {members && (
        <p className="row wrap">
          <span className="grow">
            <b>{name}</b>: {members.map((member) => flow.nodes[member].title).join(", ")}
          </span>
          <Button size="s" onClick={onDissolve}>
            {t("figures.flow.dissolve")}
          </Button>
        </p>
      )}
      <Ends
        flow={flow}
        title={t("figures.flow.into", { name })}
        edges={edges.filter(({ target }) => target === node)}
        end="source"
        onOpen={onOpen}
      />
      <Ends
        flow={flow}
        title={t("figures.flow.out", { name })}
        edges={edges.filter(({ source }) => source === node)}
        end="target"
        onOpen={onOpen}
      />
    </div>
  );
}

interface EndsProps {
  flow: Flow;
  title: string;
  edges: readonly FlowEdge[];
  /** Which end of the edges is told. */
  end: "source" | "target";
  onOpen: ((edge: FlowEdge) => void) | undefined;
}

function Ends({ flow, title, edges, end, onOpen }: EndsProps) {
  const listed = edges.slice(0, LISTED);
  return (
    <div role="group" aria-label={title}>
      <p className="flow-end">{title}</p>
      {edges.length === 0 && <p className="ink-3">{t("figures.flow.nothing")}</p>}
      <ul>
        {listed.map((edge) => (
          <li key={`${edge.source} ${edge.target}`}>
            <span className="mono clip grow">{flow.nodes[edge[end]].title}</span>
            <span>{forScale(flow.quantity.scale, edge.weight) + unitOf(flow.quantity)}</span>
            {onOpen && (
              <Button
                size="s"
                variant="quiet"
                aria-label={t("figures.flow.openEdge", {
                  source: flow.nodes[edge.source].title,
                  target: flow.nodes[edge.target].title,
                })}
                onClick={() => onOpen(edge)}
              >
                {t("figures.flow.open")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {edges.length > listed.length && (
        <p className="ink-3">{t("figures.flow.listed", { shown: listed.length, total: edges.length })}</p>
      )}
    </div>
  );
}
