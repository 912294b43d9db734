import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { asProblem } from "../../api/client";
import { loadModel, type ModelSource } from "../../api/queries";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Ribbon } from "../../ui/Notice";

/** "/models/x" and "./x" are folders, "owner/name" is a hub id, and anything else the id of a listed model. */
export function sourceOf(typed: string, revision: string): ModelSource {
  const text = typed.trim();
  if (/^([./~\\]|[A-Za-z]:[\\/])/.test(text)) return { path: text };
  if (!text.includes("/")) return { id: text };
  return { hub: text, ...(revision.trim() ? { revision: revision.trim() } : {}) };
}

/** Load a model by its id, a folder on the server, or a hub id. */
export function LoadForm({ onLoaded }: { onLoaded: (id: string) => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [revision, setRevision] = useState("");
  const source = sourceOf(typed, revision);
  const load = useMutation({
    mutationFn: (wanted: ModelSource) => loadModel(wanted, client),
    onSuccess: ({ id }) => {
      onLoaded(id);
      setTyped("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) load.mutate(source);
  };
  const kind = "path" in source ? "path" : "hub" in source ? "hub" : "id";
  const problem = load.error && asProblem(load.error).body;
  return (
    <form className="load-form" onSubmit={submit}>
      <label className="column g6">
        <span className="models-heading">{t("app.models.load")}</span>
        <span className="row">
          <input
            className="field mono"
            value={typed}
            placeholder={t("app.models.placeholder")}
            maxLength={4096}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button variant="primary" type="submit" disabled={load.isPending || typed.trim() === ""}>
            {t("app.models.loadButton")}
          </Button>
        </span>
      </label>
      {"hub" in source && (
        <label className="row g6 sm ink-2">
          {t("app.models.revision")}
          <input
            className="field mono"
            value={revision}
            maxLength={100}
            spellCheck={false}
            placeholder="main"
            onChange={(event) => setRevision(event.target.value)}
          />
        </label>
      )}
      <p className="xs ink-3">{typed.trim() === "" ? t("app.models.hint") : t(`app.models.source.${kind}`)}</p>
      {problem && <Ribbon tone="fail">{[problem.message, problem.remedy].filter(Boolean).join(" ")}</Ribbon>}
    </form>
  );
}
