import { useState } from "react";
import type { JsonValue, SavedAnalysis } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";

const asText = (value: JsonValue | undefined): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

function objectOf(value: JsonValue | undefined): Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** What was measured, with what, and every setting of it. */
export function Provenance({ analysis }: { analysis: SavedAnalysis }) {
  const [open, setOpen] = useState(false);
  const [first] = analysis.results;
  const model = objectOf(first?.model);
  const made = objectOf(first?.provenance);
  const fingerprint = asText(model.fingerprint);
  const numbers = [
    asText(made.dtype),
    asText(made.attention),
    made.seed == null ? null : t("app.saved.seed", { seed: asText(made.seed) ?? "" }),
  ];
  const versions = (["stratascope", "torch", "transformers"] as const).flatMap((name) =>
    asText(made[name]) ? [`${name} ${asText(made[name])}`] : [],
  );
  return (
    <>
      <footer className="saved-foot" id="provenance">
        <span className="mono">/a/{analysis.id}</span>
        {asText(model.id) && (
          <span>
            <b>{t("app.saved.model")}</b> {asText(model.id)}
            {fingerprint &&
              ` · ${t("app.models.fingerprint", { start: fingerprint.slice(0, 4), end: fingerprint.slice(-4) })}`}
          </span>
        )}
        {numbers.some(Boolean) && <span>{numbers.filter(Boolean).join(" · ")}</span>}
        {versions.length > 0 && <span>{versions.join(" · ")}</span>}
        <span className="grow" />
        <button type="button" className="link" onClick={() => setOpen(true)}>
          {t("app.saved.allSettings")}
        </button>
      </footer>
      <Dialog open={open} onClose={() => setOpen(false)} title={t("app.saved.allSettings")} wide>
        {analysis.results.map((result) => (
          <section key={result.key} className="saved-settings">
            <h3>{result.method}</h3>
            <pre className="code-block mono" tabIndex={0} role="region" aria-label={result.method}>
              {JSON.stringify(
                { key: result.key, request: result.request, model: result.model, provenance: result.provenance },
                null,
                2,
              )}
            </pre>
          </section>
        ))}
      </Dialog>
    </>
  );
}
