import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import { asProblem } from "../../api/client";
import { beginLoading, type Precision } from "../../api/models";
import type { Model } from "../../api/types";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Select } from "../../ui/Select";
import { LoadNote } from "./LoadNote";
import { sourceOf } from "./source";
import { SOURCE_ID, SourceField } from "./SourceField";
import { useInspection } from "./useInspection";

/** The first is what a model is loaded in when nobody asks for anything else. */
const PRECISIONS = ["float32", "stored", "bfloat16", "float16"] as const satisfies readonly Precision[];

/** Load a model by its id, a folder on the server, or a hub id: what is there and what it takes is said before. */
export function LoadForm({ models, onLoading }: { models: Model[]; onLoading: (id: string) => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [revision, setRevision] = useState("");
  const [precision, setPrecision] = useState<Precision>("float32");
  const note = useId();
  const source = sourceOf(typed, revision);
  const { found, fault } = useInspection(typed, precision, models);
  const begin = useMutation({
    mutationFn: () => beginLoading({ ...source, precision }, client),
    onSuccess: (id) => {
      setTyped("");
      if (id) onLoading(id);
    },
  });
  const edit = (text: string) => {
    begin.reset();
    setTyped(text);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) begin.mutate();
  };
  const problem = begin.error ?? fault;
  const device = models.find((model) => model.device)?.device;
  const offered = models.filter(({ state, problem }) => state === "not_loaded" && problem === null);
  return (
    <form className="load-form" onSubmit={submit}>
      <label className="models-heading" htmlFor={SOURCE_ID}>
        {t("app.models.load")}
      </label>
      <span className="row">
        <SourceField value={typed} offered={offered} describedBy={note} invalid={problem !== null} onChange={edit} />
        <Button variant="primary" type="submit" disabled={begin.isPending || typed.trim() === ""}>
          {t("app.models.loadButton")}
        </Button>
      </span>
      <div id={note} className="load-note" aria-live="polite">
        <LoadNote
          problem={problem && asProblem(problem).body}
          found={found}
          models={models}
          fetching={begin.isPending && "hub" in source ? source.hub : null}
          kind={typed.trim() === "" ? null : "path" in source ? "path" : "hub" in source ? "hub" : "id"}
        />
      </div>
      <div className="row wrap g6">
        <Select
          label={t("app.models.precision")}
          value={precision}
          changed={precision !== PRECISIONS[0]}
          options={PRECISIONS.map((value) => ({ value, label: t(`app.models.precision.${value}`) }))}
          onChange={setPrecision}
        />
        {device && <span className="sm ink-3">{t("app.models.device", { device })}</span>}
        {"hub" in source && (
          <label className="row g6 sm ink-3">
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
      </div>
    </form>
  );
}
