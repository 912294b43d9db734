/** What was measured when a model was loaded, in words. A measure without words is shown by its own name. */
import type { JsonValue, Model } from "../../api/types";
import { hasMessage, t } from "../../ui/i18n";
import { calendarDate, clockTime } from "../../ui/dates";
import { bytes, count, decimal, scientific, seconds } from "../../ui/numbers";
import { architectureName } from "../frame/modelState";

/** A comparison of what is shown with what the model computes. */
export interface FidelityCheck {
  name: string;
  label: string;
  value: string;
  /** What is compared with what, the limit, and why it failed. */
  note: string;
  holds: boolean;
}

/** What is withheld when a measure is beyond its limit. A model is not loaded at all when one of the others is. */
const WITHHELD: Record<string, string> = {
  residual_contract_error: "residual_contract",
  norm_error: "residual_contract",
  head_sum_error: "heads",
  pattern_error: "patterns",
};

/** In the order a person asks; the rest as the server has them. */
const ORDER = [
  "max_logit_difference",
  "residual_contract_error",
  "head_sum_error",
  "pattern_error",
  "round_trip_failures",
];
/** What belongs to another measure, or to all of them. */
const BESIDE = new Set(["round_trip_texts", "probe_tokens", "seconds", "measured", "special"]);

const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

const inWords = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

function valueOf(name: string, value: JsonValue, fidelity: Record<string, JsonValue>): string {
  if (value === null) return t("app.models.check.absent");
  const texts = fidelity.round_trip_texts;
  if (name === "round_trip_failures" && typeof value === "number" && typeof texts === "number")
    return t("app.models.check.of", { whole: texts - value, texts });
  if (typeof value !== "number") return String(value);
  const number = Math.abs(value) < 0.01 ? scientific(value) : decimal(value);
  return t(name === "max_logit_difference" ? "app.models.check.difference" : "app.models.check.error", {
    value: number,
  });
}

/** Every measure that holds or fails, the limits beside them as far as the server tells. */
export function checksOf({ fidelity, missing }: Model): FidelityCheck[] {
  const limits = (fidelity?.limits ?? {}) as Record<string, number>;
  return Object.entries(fidelity ?? {})
    .filter(([name, value]) => !BESIDE.has(name) && (value === null || ["number", "string"].includes(typeof value)))
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => {
      const key = `app.models.check.${name}`;
      const note = `${key}.note`;
      const limit = limits[name];
      const reason = missing?.[WITHHELD[name]];
      const holds = limit !== undefined && typeof value === "number" ? value <= limit : reason === undefined;
      const sentences = [
        hasMessage(note) ? t(note) : null,
        limit === undefined ? null : t("app.models.check.limit", { limit: scientific(limit) }),
        holds ? null : reason,
      ];
      return {
        name,
        label: hasMessage(key) ? t(key) : inWords(name),
        value: valueOf(name, value, fidelity ?? {}),
        note: sentences.filter(Boolean).join(" "),
        holds,
      };
    });
}

/** When and on what the measures were taken; null where the server does not say. */
export function measuredAt({ fidelity }: Model): string | null {
  const { measured, probe_tokens: tokens, seconds: took } = fidelity ?? {};
  if (typeof measured !== "string" || measured === "" || typeof tokens !== "number") return null;
  const at = new Date(measured);
  return t("app.models.check.measured", {
    date: `${calendarDate(at)}, ${clockTime(at)}`,
    tokens,
    time: seconds(typeof took === "number" ? took : null),
  });
}

/** What a model is made of. */
export function factsOf(model: Model): { label: string; value: string }[] {
  const grouped = model.key_value_heads !== model.heads;
  const special = (model.fidelity?.special ?? []) as string[];
  return [
    { label: t("app.models.architecture"), value: architectureName(model) },
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
    {
      label: t("app.models.weights"),
      value: t("app.models.stored", { bytes: bytes(model.bytes), dtype: model.dtype }),
    },
    ...(model.memory_bytes === null
      ? []
      : [
          {
            label: t("app.models.inMemory"),
            value: t("app.models.computed", {
              bytes: bytes(model.memory_bytes),
              precision: model.precision,
              device: model.device,
            }),
          },
        ]),
    ...(special.length > 0 ? [{ label: t("app.models.special"), value: special.join("; ") }] : []),
    { label: t("app.models.from"), value: t(`app.models.source.${model.source}`) },
  ];
}
