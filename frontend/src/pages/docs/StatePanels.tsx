import { useState } from "react";
import { ApiProblem } from "../../api/client";
import type { CostEstimate, MethodRequest } from "../../api/types";
import { fieldsOf } from "../../forms/schema";
import { SAMPLES } from "../../kinds/samples";
import type { ResultDocument } from "../../kinds/types";
import Blocked from "../../panels/Blocked";
import { PanelBody } from "../../panels/PanelBody";
import { PanelFrame } from "../../panels/PanelFrame";
import { createSelection } from "../../state/selection";
import type { PanelRun } from "../../state/runs";
import { CheckBadge } from "../../ui/Badge";
import { t, type MessageKey } from "../../ui/i18n";

/** A request that would not fit, with what the server would say to it. */
export const LARGE: { method: string; request: MethodRequest; cost: CostEstimate } = {
  method: "sample/patch_grid",
  request: { model: "made-up", top_k: 10 },
  cost: {
    forwards: 4096,
    bytes: 9.4e9,
    tokens: 1024,
    limit_bytes: 6.1e9,
    fits: false,
    alternatives: [
      { label: "Every 4th layer", changes: { layers: "every 4th" }, bytes: 2.3e9 },
      { label: "Last 256 tokens", changes: { positions: "last 256" }, bytes: 2.3e9 },
    ],
  },
};

const EXTENT = { layers: 12, heads: 12, tokens: 15 };
const LAYER_AND_POSITION = fieldsOf({
  properties: { layer: { type: "integer", title: "layer" }, position: { type: "integer", title: "position" } },
  required: ["layer", "position"],
});

const NAMES = ["running", "large", "error", "queued", "empty", "failed"] as const;
type Name = (typeof NAMES)[number];

/** Every state of a panel, drawn by the panels' own parts. */
export function StatePanels() {
  return NAMES.map((name) => <StatePanel key={name} name={name} />);
}

function StatePanel({ name }: { name: Name }) {
  const [selection] = useState(() => createSelection());
  // Some seconds ago, so that what is shown only after a while is shown.
  const [run] = useState(() => runOf(name, performance.now() - 3400));
  const document = run.shown?.document ?? null;
  const blocked = name === "empty" && (
    <Blocked
      panel={{ uid: "states-empty", method: "sample/token_scores", params: {} }}
      need="place"
      fields={LAYER_AND_POSITION}
      extent={EXTENT}
      onParams={ignore}
    />
  );
  return (
    <PanelFrame
      id={`state-${name}`}
      title={t(`docs.states.${name}`)}
      purpose={t(`docs.states.${name}.purpose`)}
      badges={name === "failed" && document?.checks.map((check) => <CheckBadge key={check.name} check={check} />)}
    >
      <PanelBody
        title={t(`docs.states.${name}`)}
        method={{ id: LARGE.method, kind: "patch_grid" }}
        runs={{
          side: null,
          parts: [{ side: "a", run, asked: run.request, stale: null }],
          document,
          cached: false,
          partial: run.shown?.partial ?? false,
          reason: null,
          selection,
          limits: undefined,
        }}
        blocked={blocked || undefined}
        extent={EXTENT}
        figure={{ compact: true }}
        onRun={ignore}
        onRemedy={ignore}
      />
    </PanelFrame>
  );
}

/** Nothing is asked from this page. */
function ignore(): void {}

function runOf(name: Name, started: number): PanelRun {
  const { request } = LARGE;
  const waiting: PanelRun = {
    uid: `states-${name}`,
    status: "running",
    request,
    started,
    queue: null,
    progress: null,
    problem: null,
    shown: null,
  };
  const showing = (document: ResultDocument, partial: boolean) => ({ document, request, cached: false, partial });
  switch (name) {
    case "running":
      return {
        ...waiting,
        progress: { done: 98, total: 180, stage: t("docs.states.stage") },
        shown: showing(half(documentOf("patch_grid")), true),
      };
    case "queued":
      return { ...waiting, status: "queued", queue: { position: 2, eta: 40 } };
    case "large":
      return { ...waiting, status: "failed", problem: problem("too_large", "docs.states.large.message") };
    case "error":
      return { ...waiting, status: "failed", problem: problem("attn_unavailable", "docs.states.error.message") };
    case "failed":
      return { ...waiting, status: "done", shown: showing(refuted(documentOf("layer_curve")), false) };
    case "empty":
      return waiting;
  }
}

function problem(code: string, message: MessageKey): ApiProblem {
  const remedy = code === "too_large" ? {} : { remedy: t("docs.states.error.remedy"), changes: { attention: "eager" } };
  return new ApiProblem({ code, message: t(message), ...remedy }, 422);
}

function documentOf(kind: string): ResultDocument {
  const found = SAMPLES.find((sample) => sample.kind === kind);
  if (!found) throw new Error(`no sample of ${kind}`);
  return found.document;
}

/** The lower half of a grid, as it is while the rest is being computed: without a check. */
function half(document: ResultDocument): ResultDocument {
  const effect = document.result.effect as (number | null)[][];
  const done = effect.map((row, layer) =>
    row.map((value, column) => (layer < 3 || (layer === 3 && column > 2) ? value : null)),
  );
  return { ...document, checks: [], result: { ...document.result, effect: done } };
}

function refuted(document: ResultDocument): ResultDocument {
  const check = {
    name: "control",
    label: t("docs.states.check"),
    value: 0.41,
    ok: 0.3,
    warn: 0.35,
    control: 0.44,
    verdict: "fail" as const,
    explanation: t("docs.states.checkNote"),
  };
  return { ...document, checks: [check] };
}
