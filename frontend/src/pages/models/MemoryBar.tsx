import type { Memory } from "../../api/models";
import type { Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { bytes } from "../../ui/numbers";
import { modelName } from "../frame/modelState";

/** Steps of the ramp for sizes, far enough apart to tell neighbours from each other. */
const SHADES = ["var(--mag11)", "var(--mag7)", "var(--mag9)", "var(--mag5)"];

interface MemoryBarProps {
  memory: Memory;
  models: Model[];
  chosen: string | undefined;
}

/** What each model takes of the memory that models may take, and what is kept beside them. */
export function MemoryBar({ memory, models, chosen }: MemoryBarProps) {
  const whole = Math.max(memory.limit_bytes, memory.used_bytes);
  const parts = Object.entries(memory.models).map(([id, size], index) => {
    const model = models.find((candidate) => candidate.id === id);
    const colour = id === chosen ? "var(--accent)" : SHADES[index % SHADES.length];
    return { id, name: model ? modelName(model) : id, size, colour };
  });
  return (
    <section className="memory" aria-labelledby="memory-title">
      <p className="row sm">
        <span id="memory-title" className="grow ink-3">
          {t("app.models.memory")}
        </span>
        <span>{t("app.models.used", { used: bytes(memory.used_bytes), limit: bytes(memory.limit_bytes) })}</span>
      </p>
      <div className="memory-bar" aria-hidden="true">
        {parts.map(({ id, size, colour }) => (
          <i key={id} style={{ width: `${(100 * size) / whole}%`, background: colour }} />
        ))}
      </div>
      <ul className="memory-parts">
        {parts.map(({ id, name, size, colour }) => (
          <li key={id} className="row g4">
            <i style={{ background: colour }} />
            <span className="clip">{name}</span>
            <span>{bytes(size)}</span>
          </li>
        ))}
      </ul>
      {memory.captures_bytes + memory.results_bytes > 0 && (
        <p className="memory-kept">
          {t("app.models.kept", { captures: bytes(memory.captures_bytes), results: bytes(memory.results_bytes) })}
        </p>
      )}
    </section>
  );
}
