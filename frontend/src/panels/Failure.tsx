import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ApiProblem } from "../api/client";
import { costQuery, loadModel } from "../api/queries";
import type { CostEstimate, JsonValue } from "../api/types";
import { useModels } from "../state/catalogue";
import type { PanelRun } from "../state/runs";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { bytes } from "../ui/numbers";
import { copyText } from "../ui/copy";

interface FailureProps {
  method: { id: string; version?: number };
  run: PanelRun;
  problem: ApiProblem;
  onRetry: () => void;
  onRemedy: (changes: Record<string, JsonValue>) => void;
}

const TOO_LARGE = "too_large";
const NOT_LOADED = "model_not_loaded";

/** Cause in the server's words, the remedy as the first button, and the details to pass on. */
export function Failure(props: FailureProps) {
  const { problem, run, onRetry, onRemedy } = props;
  const { body } = problem;
  if (body.code === TOO_LARGE) return <TooLarge {...props} />;
  const [title, rest] = firstSentence(body.message);
  const notLoaded = body.code === NOT_LOADED;
  const fields = (body.fields ?? []).filter(({ message }) => !body.message.includes(message));
  return (
    <Notice
      tone="fail"
      title={title}
      actions={
        <>
          {body.changes && (
            <Button variant="primary" onClick={() => onRemedy(body.changes ?? {})}>
              {body.remedy ?? t("app.failure.remedy")}
            </Button>
          )}
          {notLoaded && <LoadButton model={String(run.request.model ?? "")} onLoaded={onRetry} />}
          {!body.changes && !notLoaded && <Button onClick={onRetry}>{t("app.failure.retry")}</Button>}
          <Button onClick={() => void copyText(details(props))}>{t("app.failure.copy")}</Button>
        </>
      }
    >
      {[
        rest,
        body.changes ? "" : (body.remedy ?? ""),
        ...fields.map(({ field, message }) => t("app.failure.field", { field, message })),
      ]
        .filter(Boolean)
        .map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
        .join(" ")}
    </Notice>
  );
}

/** "A. B. C." as "A" and "B. C.". */
function firstSentence(message: string): [string, string] {
  const end = message.search(/[.!?]\s/);
  return end < 0 ? [message.replace(/\.$/, ""), ""] : [message.slice(0, end), message.slice(end + 2)];
}

/** What a report of the failure needs: what was asked, of which version, and the number of the answer. */
function details({ method, run, problem }: FailureProps): string {
  const { request_id: id, ...error } = problem.body;
  const versions = run.shown?.document.provenance;
  return JSON.stringify(
    {
      ...(id ? { id } : {}),
      status: problem.status,
      error,
      method: method.id,
      method_version: method.version,
      request: run.request,
      versions: versions && {
        stratascope: versions.stratascope,
        torch: versions.torch,
        transformers: versions.transformers,
      },
      page: navigator.userAgent,
    },
    null,
    2,
  );
}

function LoadButton({ model, onLoaded }: { model: string; onLoaded: () => void }) {
  const client = useQueryClient();
  const load = useMutation({
    mutationFn: () => loadModel({ id: model }, client),
    onSuccess: onLoaded,
  });
  return (
    <Button variant="primary" disabled={load.isPending} onClick={() => load.mutate()}>
      {t("app.failure.load", { model })}
    </Button>
  );
}

/** What it would take, what there is, and the sizes that fit. */
function TooLarge({ method, run, problem, onRemedy }: FailureProps) {
  const { data } = useQuery(costQuery(method.id, run.request, true));
  const cost = data && !data.fits ? data : null;
  const model = useModels()?.find(({ id }) => id === run.request.model);
  const [said, more] = firstSentence(problem.body.message);
  const offered = data?.alternatives ?? [];
  return (
    <Notice
      tone="warn"
      title={cost ? t("app.failure.need", { need: bytes(cost.bytes) }) : said}
      actions={
        <>
          {offered.map((alternative) => (
            <Button key={alternative.label} onClick={() => onRemedy(alternative.changes)}>
              {t("app.failure.alternative", { label: alternative.label, size: bytes(alternative.bytes) })}
            </Button>
          ))}
          {offered.length === 0 && problem.body.changes && (
            <Button variant="primary" onClick={() => onRemedy(problem.body.changes ?? {})}>
              {problem.body.remedy ?? t("app.failure.remedy")}
            </Button>
          )}
        </>
      }
    >
      {cost ? sizeOf(cost, model?.layers ?? null, offered.length) : more}
    </Notice>
  );
}

const sizeOf = ({ tokens, limit_bytes }: CostEstimate, layers: number | null, fitting: number): string =>
  t("app.failure.size", { tokens, layers: layers ?? 0, limit: bytes(limit_bytes), fitting });
