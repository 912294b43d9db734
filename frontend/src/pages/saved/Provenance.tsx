import { useState } from "react";
import type { SavedAnalysis } from "../../api/types";
import { headOf, savedFidelity } from "../../state/saved";
import { t } from "../../ui/i18n";
import { scientific } from "../../ui/numbers";
import { Rerun } from "./Rerun";
import { Settings } from "./Settings";

const asText = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

/** What all results agree on; where they differ, each value once. */
function each(values: readonly unknown[]): string[] {
  return [...new Set(values.map(asText).filter((value) => value !== null && value !== ""))] as string[];
}

/** What was measured, with what, every setting of it, and whether it still comes out. */
export function Provenance({ analysis }: { analysis: SavedAnalysis }) {
  const [dialog, setDialog] = useState<"settings" | "rerun" | null>(null);
  const close = () => setDialog(null);
  const heads = analysis.results.map(headOf);
  const models = [...new Map(heads.filter(({ model }) => model.id).map(({ model }) => [model.id, model])).values()];
  const fidelity = savedFidelity(analysis);
  const differences = models.flatMap(({ id }) => (id in fidelity ? [fidelity[id]] : []));
  const of = (name: string) => each(heads.map(({ provenance }) => provenance[name]));
  const types = of("dtype");
  const seeds = of("seed");
  const numbers = [
    of("attention").join(", "),
    seeds.length > 0 ? t("app.saved.seed", { seed: seeds.join(", ") }) : "",
  ].filter(Boolean);
  const versions = (["stratascope", "torch", "transformers"] as const).flatMap((name) =>
    of(name).map((version) => ({ name, version })),
  );
  return (
    <>
      <footer className="saved-foot">
        <span className="mono">/a/{analysis.id}</span>
        {models.map(({ id, fingerprint }) => (
          <span key={id}>
            <b>{t("app.saved.model")}</b> <bdi>{id}</bdi>
            {fingerprint && (
              <span title={fingerprint}>
                {" · "}
                {t("app.models.fingerprint", { start: fingerprint.slice(0, 4), end: fingerprint.slice(-4) })}
              </span>
            )}
          </span>
        ))}
        {differences.length > 0 && (
          <span>
            <b>{t("app.saved.fidelity")}</b>{" "}
            {t("app.saved.maxDifference", { value: scientific(Math.max(...differences)) })}
          </span>
        )}
        {(types.length > 0 || numbers.length > 0) && (
          <span>
            <b>{types.join(", ")}</b>
            {numbers.map((number) => ` · ${number}`)}
          </span>
        )}
        {versions.length > 0 && (
          <span>
            {versions.map(({ name, version }, index) => (
              <span key={`${name} ${version}`}>
                {index > 0 && " · "}
                {index === 0 ? <b>{name}</b> : name} {version}
              </span>
            ))}
          </span>
        )}
        <span className="grow" />
        {heads.length > 0 && (
          <span className="saved-foot-actions">
            <button type="button" className="link" onClick={() => setDialog("settings")}>
              {t("app.saved.allSettings")}
            </button>
            <button type="button" className="link" onClick={() => setDialog("rerun")}>
              {t("app.saved.rerun")}
            </button>
          </span>
        )}
      </footer>
      <Settings analysis={analysis} open={dialog === "settings"} onClose={close} />
      <Rerun analysis={analysis} open={dialog === "rerun"} onClose={close} />
    </>
  );
}
