import type { ResultDocument } from "../kinds/types";
import { t } from "../ui/i18n";

const said = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

/** The beginning of the key of a result; of a difference, of both its results. */
export const shortKey = (key: string, length: number): string[] =>
  key
    .split("-")
    .slice(0, 2)
    .map((part) => part.slice(0, length));

/** Where a result comes from, in one line: program, model, numbers, date, key. Of a difference, for both sides. */
export function provenanceLine({ model, provenance, key, method, request }: ResultDocument): string {
  const { a, b } = provenance as { a?: Record<string, unknown>; b?: Record<string, unknown> };
  const made = a ?? provenance;
  const models = [a, b].every(Boolean)
    ? ["a", "b"].map((side) => said((request[side] as Record<string, unknown> | undefined)?.model) ?? model.id)
    : [model.id];
  const fingerprint = model.fingerprint && models.length === 1 ? ` ${model.fingerprint.slice(0, 8)}` : "";
  return [
    `Stratascope ${said(made.stratascope) ?? ""}`.trim(),
    method,
    [...new Set(models)].join(" − ") + fingerprint,
    said(made.dtype),
    said(made.device),
    said(made.attention),
    made.seed == null ? null : t("app.export.seed", { seed: said(made.seed) ?? "" }),
    said(made.created)?.slice(0, 10),
    shortKey(key, 12).join(" − "),
  ]
    .filter(Boolean)
    .join(" · ");
}
