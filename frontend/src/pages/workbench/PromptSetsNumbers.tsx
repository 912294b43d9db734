import { hasMessage, t } from "../../ui/i18n";
import { decimal, probability, signed } from "../../ui/numbers";

/** A number's name: that of the whole set, or of the part behind the colon. */
function nameOf(key: string): string | null {
  const [name, part] = key.split(":");
  const message = `app.sets.measured.${name}`;
  if (!hasMessage(message)) return null;
  return part === undefined ? t(message) : t("app.sets.measured.part", { name: t(message), part });
}

function written(key: string, value: number): string {
  if (key.includes("logit_difference")) return signed(value);
  return Number.isInteger(value) ? decimal(value, 0) : probability(value);
}

/** What the bundled model was measured to do with a set, its parts apart. */
export function PromptSetsNumbers({ measured }: { measured: Record<string, number> }) {
  const known = Object.entries(measured).flatMap(([key, value]) => {
    const name = nameOf(key);
    return name === null ? [] : [{ key, name, value: written(key, value) }];
  });
  if (known.length === 0) return null;
  return (
    <details className="sets-numbers">
      <summary>
        {t("app.sets.measured")}
        <span className="ink-2">
          {known[0].name} {known[0].value}
        </span>
      </summary>
      <dl>
        {known.map(({ key, name, value }) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
