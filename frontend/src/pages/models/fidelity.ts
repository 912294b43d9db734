/** A model's numbers as lines of name and value. Knows no measure by name beyond how to say it. */
import type { JsonValue, Model } from "../../api/types";
import { t } from "../../ui/i18n";
import { bytes, count, decimal, scientific } from "../../ui/numbers";

export interface Line {
  label: string;
  value: string;
  /** Whether a check passed; null for a plain number. */
  holds: boolean | null;
}

const words = (name: string) => {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function say(value: JsonValue): string {
  if (typeof value === "number")
    return Number.isInteger(value) ? count(value) : Math.abs(value) < 0.01 ? scientific(value) : decimal(value);
  if (typeof value === "boolean") return t(value ? "app.yes" : "app.no");
  if (value === null) return "–";
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map(say).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What was measured at loading, then what the model can do. */
export function fidelityOf({ fidelity, capabilities, missing }: Model): Line[] {
  const numbers = Object.entries(fidelity ?? {}).flatMap(([name, value]): Line[] => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return [{ label: words(name), value: say(value), holds: typeof value === "boolean" ? value : null }];
    return Object.entries(value).map(([inner, number]) => ({
      label: `${words(name)}: ${inner.replaceAll("_", " ")}`,
      value: say(number),
      holds: null,
    }));
  });
  const able = (capabilities ?? []).map((name): Line => ({ label: words(name), value: t("app.yes"), holds: true }));
  const unable = Object.entries(missing ?? {}).map(([name]): Line => ({
    label: words(name),
    value: t("app.no"),
    holds: false,
  }));
  return [...numbers, ...able, ...unable];
}

export function factsOf(model: Model): { label: string; value: string }[] {
  const grouped = model.key_value_heads !== model.heads;
  return [
    { label: t("app.models.architecture"), value: model.architecture },
    { label: t("app.models.layers"), value: count(model.layers) },
    {
      label: t("app.models.heads"),
      value: grouped
        ? t("app.models.grouped", { heads: model.heads, groups: model.key_value_heads })
        : count(model.heads),
    },
    { label: t("app.models.width"), value: count(model.width) },
    { label: t("app.models.vocabulary"), value: count(model.vocabulary) },
    { label: t("app.models.context"), value: t("app.models.tokens", { count: model.context }) },
    { label: t("app.models.parameters"), value: count(model.parameters) },
    { label: t("app.models.memory"), value: `${bytes(model.bytes)} · ${model.dtype}` },
    { label: t("app.models.from"), value: model.source },
  ];
}
