import type { JsonValue, SavedAnalysis, SavedResult } from "../../api/types";
import { copyText } from "../../ui/copy";
import { headOf, savedPanels, type ShownPanel } from "../../state/saved";
import { CheckBadge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { UNDEFINED } from "../../ui/numbers";

interface SettingsProps {
  analysis: SavedAnalysis;
  open: boolean;
  onClose: () => void;
}

/** A result with the name under which the page shows it. */
interface Named {
  title: string;
  result: SavedResult;
}

/** Every stored result: those that panels show by the names of the panels. */
function namedResults(analysis: SavedAnalysis): Named[] {
  const titled = (panel: ShownPanel): Named[] =>
    [panel.result, panel.second]
      .filter((result) => result !== null)
      .map((result, index) => ({
        result,
        title: panel.second
          ? t("app.saved.ofSide", { title: panel.title, side: index === 0 ? "A" : "B" })
          : panel.title,
      }));
  const shown = savedPanels(analysis).flatMap(titled);
  const rest = analysis.results.filter(({ key }) => !shown.some(({ result }) => result.key === key));
  return [...shown, ...rest.map((result) => ({ title: result.method, result }))];
}

/** Every parameter that was asked with and everything that is known of how it was computed. */
export function Settings({ analysis, open, onClose }: SettingsProps) {
  const named = open ? namedResults(analysis) : [];
  const all = () =>
    JSON.stringify(
      named.map(({ result: { key, method, method_version, model, request, checks, provenance } }) => ({
        ...{ key, method, method_version, model, request, checks, provenance },
      })),
      null,
      2,
    );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("app.saved.allSettings")}
      wide
      footer={
        <Button icon="copy" onClick={() => void copyText(all())}>
          {t("app.saved.copyJson")}
        </Button>
      }
    >
      {named.map(({ title, result }, index) => (
        <Result key={`${result.key}-${index}`} title={title} result={result} />
      ))}
    </Dialog>
  );
}

function Result({ title, result }: { title: string; result: SavedResult }) {
  const { request, model, provenance, checks, method_version } = headOf(result);
  return (
    <section className="saved-settings">
      <h3>
        <bdi>{title}</bdi>
      </h3>
      <p className="xs ink-3">{t("app.saved.methodVersion", { method: result.method, version: method_version })}</p>
      {checks.length > 0 && (
        <div className="row wrap saved-checks">
          {checks.map((check) => (
            <CheckBadge key={check.name} check={check} />
          ))}
        </div>
      )}
      <Lines title={t("app.saved.request")} values={request} />
      <Lines title={t("app.saved.computed")} values={{ ...prefixed("model", model), ...provenance, key: result.key }} />
    </section>
  );
}

const prefixed = (name: string, values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name} ${key}`, value]));

function Lines({ title, values }: { title: string; values: Record<string, unknown> }) {
  return (
    <table className="saved-lines">
      <caption>{title}</caption>
      <tbody>
        {Object.entries(values).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name.replaceAll("_", " ")}</th>
            <td className="mono">{written(value as JsonValue)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const written = (value: JsonValue): string =>
  value === null ? UNDEFINED : typeof value === "string" ? value : JSON.stringify(value);
