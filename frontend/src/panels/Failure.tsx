import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ApiProblem } from "../api/client";
import { costQuery, loadModel } from "../api/queries";
import type { JsonValue } from "../api/types";
import type { PanelRun } from "../state/runs";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { bytes } from "../ui/numbers";
import { copyText } from "./copy";

interface FailureProps {
  method: string;
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

function details({ method, run, problem }: FailureProps): string {
  return JSON.stringify(
    { method, request: run.request, status: problem.status, error: problem.body, page: navigator.userAgent },
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

function TooLarge({ method, run, problem, onRemedy }: FailureProps) {
  const { data: cost } = useQuery(costQuery(method, run.request, true));
  const offered = cost?.alternatives ?? [];
  const title =
    cost && !cost.fits ? t("app.failure.need", { need: bytes(cost.bytes) }) : firstSentence(problem.body.message)[0];
  const note =
    cost && !cost.fits
      ? t("app.failure.free", { limit: bytes(cost.limit_bytes), tokens: cost.tokens, fitting: offered.length })
      : firstSentence(problem.body.message)[1];
  return (
    <Notice
      tone="warn"
      title={title}
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
      {note}
    </Notice>
  );
}
