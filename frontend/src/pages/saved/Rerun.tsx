import { useEffect, useRef, useState } from "react";
import { recompute } from "../../api/analyses";
import { asProblem, isAbort, type ApiProblem } from "../../api/client";
import { fetchDocument } from "../../api/runs";
import type { MethodRequest, SavedAnalysis, SavedResult } from "../../api/types";
import { headOf, savedPanels } from "../../state/saved";
import { Badge, type BadgeTone } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { MINUS, scientific } from "../../ui/numbers";
import { agreementOf, CLOSE, type Agreement } from "./comparison";

type Outcome = { agreement: Agreement; notes: string[] } | { problem: ApiProblem };

interface Line {
  title: string;
  result: SavedResult;
  outcome: Outcome | "waiting" | "running";
}

function linesOf(analysis: SavedAnalysis): Line[] {
  return savedPanels(analysis).flatMap(({ title, result, second }): Line[] => {
    if (!result) return [];
    if (!second) return [{ title, result, outcome: "waiting" }];
    const of = (side: string) => t("app.saved.ofSide", { title, side });
    return [
      { title: of("A"), result, outcome: "waiting" },
      { title: of("B"), result: second, outcome: "waiting" },
    ];
  });
}

/** What else is another now: numbers that differ may have a reason. */
function changesSince(stored: SavedResult, anew: ReturnType<typeof headOf>): string[] {
  const before = headOf(stored);
  const notes: string[] = [];
  if (before.model.fingerprint !== anew.model.fingerprint)
    notes.push(t("app.rerun.fingerprint", { model: anew.model.id }));
  if (before.method_version !== anew.method_version)
    notes.push(
      t("app.rerun.version", { name: t("app.rerun.method"), now: anew.method_version, before: before.method_version }),
    );
  for (const name of ["stratascope", "torch", "transformers", "device", "dtype"]) {
    const [now, then] = [anew.provenance[name], before.provenance[name]];
    if (now !== then) notes.push(t("app.rerun.version", { name, now: String(now), before: String(then) }));
  }
  return notes;
}

async function compare({ result }: Line, signal: AbortSignal): Promise<Outcome> {
  try {
    const stored = await fetchDocument(result.href, signal);
    const anew = await recompute(result.method, headOf(result).request as MethodRequest, signal);
    return { agreement: agreementOf(stored, anew), notes: changesSince(result, anew) };
  } catch (error) {
    if (isAbort(error)) throw error;
    return { problem: asProblem(error) };
  }
}

/** Runs every request of the page anew, one after the other, and says for each whether the numbers are the same. */
export function Rerun({ analysis, open, onClose }: { analysis: SavedAnalysis; open: boolean; onClose: () => void }) {
  const [lines, setLines] = useState<Line[]>([]);
  const [busy, setBusy] = useState(false);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const run = async () => {
    const fresh = linesOf(analysis);
    const { signal } = (controller.current = new AbortController());
    const put = (at: number, outcome: Line["outcome"]) => {
      if (!signal.aborted) setLines((now) => now.with(at, { ...now[at], outcome }));
    };
    setLines(fresh);
    setBusy(true);
    for (const [at, line] of fresh.entries()) {
      put(at, "running");
      const outcome = await compare(line, signal).catch(() => null);
      if (!outcome) break;
      put(at, outcome);
    }
    setBusy(false);
    if (!signal.aborted) announce(t("app.rerun.finished", { count: fresh.length }));
  };
  const stop = () => {
    controller.current?.abort();
    setLines((now) => now.map((line) => (line.outcome === "running" ? { ...line, outcome: "waiting" } : line)));
  };
  const close = () => {
    stop();
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={t("app.saved.rerun")}
      footer={
        busy ? (
          <Button onClick={stop}>{t("app.run.cancel")}</Button>
        ) : (
          <Button variant="primary" icon="play" onClick={() => void run()}>
            {t(lines.length > 0 ? "app.rerun.again" : "app.rerun.run")}
          </Button>
        )
      }
    >
      <p className="sm ink-2">{t("app.rerun.note")}</p>
      {lines.length > 0 && (
        <ul className="rerun">
          {lines.map(({ title, outcome }, index) => (
            <li key={index}>
              <span className="grow">
                <bdi>{title}</bdi>
              </span>
              <Said outcome={outcome} />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

const TONES: Record<Agreement["kind"], BadgeTone> = {
  identical: "ok",
  close: "ok",
  changed: "fail",
  words: "warn",
  form: "fail",
};

function Said({ outcome }: { outcome: Line["outcome"] }) {
  if (outcome === "waiting" || outcome === "running") return <span className="ink-3">{t(`app.rerun.${outcome}`)}</span>;
  if ("problem" in outcome) {
    const { message, remedy } = outcome.problem.body;
    return (
      <span className="rerun-outcome">
        <Badge tone="warn">{t("app.rerun.cannot")}</Badge>
        <span className="ink-2">{[message, remedy].filter(Boolean).join(" ")}</span>
      </span>
    );
  }
  const { agreement, notes } = outcome;
  return (
    <span className="rerun-outcome">
      <Badge tone={TONES[agreement.kind]}>{agreementText(agreement)}</Badge>
      {notes.map((note) => (
        <span key={note} className="ink-3">
          {note}
        </span>
      ))}
    </span>
  );
}

function agreementText(agreement: Agreement): string {
  switch (agreement.kind) {
    case "identical":
      return t("app.rerun.identical");
    case "close":
      return t("app.rerun.close", { limit: CLOSE.toExponential().replace("-", MINUS) });
    case "changed":
      return Number.isFinite(agreement.largest)
        ? t("app.rerun.changed", { by: scientific(agreement.largest), array: agreement.array.replaceAll("_", " ") })
        : t("app.rerun.undefined", { array: agreement.array.replaceAll("_", " ") });
    case "words":
      return t("app.rerun.words", { count: agreement.count, array: agreement.array.replaceAll("_", " ") });
    case "form":
      return t("app.rerun.form", { array: agreement.array.replaceAll("_", " ") });
  }
}
