/** From the JSON Schema of a method's parameters to the fields of a form. Knows no method by name. */
import type { JsonSchema, JsonValue, Method } from "../api/types";
import { t } from "../ui/i18n";

export type FieldKind =
  "choice" | "integer" | "number" | "boolean" | "text" | "indices" | "texts" | "choices" | "numbers" | "json";

export interface Field {
  name: string;
  label: string;
  description: string;
  kind: FieldKind;
  /** What the method uses when the field is left out. */
  initial: JsonValue;
  /** Whether the method has no value of its own for it. */
  required: boolean;
  nullable: boolean;
  options: JsonValue[];
  minimum?: number;
  maximum?: number;
  /** Whether the bounds themselves are excluded. */
  open?: { minimum: boolean; maximum: boolean };
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  /** A control of its own, where the kind's would not do. */
  widget?: string;
  /** Values that are not offered, as the request names them anyway. */
  without?: string[];
}

/** Fields that the workbench fills from its prompt zone or from a reference. */
const FILLED_ELSEWHERE = new Set(["prompt", "resource"]);
const QUESTION_PAIRS = [
  ["target", "distractor"],
  ["answer", "foil"],
] as const;

export interface QuestionFields {
  target: string;
  distractor: string;
  position: string | null;
}

/** A list of tokens that a method follows beside what it does: filled from the question until a panel says otherwise. */
export const followsTargets = (schema: JsonSchema): boolean => "targets" in (schema.properties ?? {});

/** The parameter names through which a method reads the question line; null for a method that does not. */
export function questionFields(schema: JsonSchema): QuestionFields | null {
  const properties = schema.properties ?? {};
  const pair = QUESTION_PAIRS.find(([target, distractor]) => target in properties && distractor in properties);
  if (!pair) return null;
  // The position of a cell is the method's own, whatever is asked.
  const asked = "position" in properties && properties.position.widget !== "cell";
  return { target: pair[0], distractor: pair[1], position: asked ? "position" : null };
}

/** The fields a person sets in the panel's own form. */
export function fieldsOf(schema: JsonSchema): Field[] {
  const question = questionFields(schema);
  const taken = new Set(question ? [question.target, question.distractor, question.position] : []);
  if (question) for (const name of [question.target, question.distractor]) taken.add(`${name}_id`);
  return Object.entries(schema.properties ?? {})
    .filter(([name, property]) => !taken.has(name) && !FILLED_ELSEWHERE.has(resolve(property, schema).widget ?? ""))
    .map(([name, property]) => fieldOf(name, property, schema));
}

/** Further models that a request may name beside its own; the server refuses more. */
const MOST_FURTHER = 5;

/** The reference of a method that reads further tokenizers, as a field of the panel's form; `model` is the panel's own. */
export function tokenizersField({ resources }: Pick<Method, "resources">, model: string): Field[] {
  if (resources.others !== "Tokenizers") return [];
  const shown = { label: t("app.form.others"), description: t("app.form.othersNote"), widget: "models" };
  const list = { kind: "texts" as const, minItems: 1, maxItems: MOST_FURTHER, without: [model] };
  return [{ name: "others", ...shown, ...list, initial: null, required: false, nullable: true, options: [] }];
}

/** The fields a method cannot do without and that are not set. */
export const missingFields = (fields: Field[], params: Record<string, JsonValue>): Field[] =>
  fields.filter(({ name, required }) => required && params[name] == null);

/** The parameters that carry a prompt: as text, and as chat messages where the method takes them. */
export interface PromptNames {
  text: string;
  messages: string | null;
  /** Whether the method can do without. */
  optional: boolean;
}

/** The names under which a method reads the prompts of the two sides; null for a side it does not read. */
export function promptNames(schema: JsonSchema): { a: PromptNames | null; b: PromptNames | null } {
  const prompts = Object.entries(schema.properties ?? {})
    .map(([name, property]) => ({ name, ...resolve(property, schema) }))
    .filter(({ widget }) => widget === "prompt");
  const of = (side: "a" | "b"): PromptNames | null => {
    const own = prompts.filter((prompt) => (prompt.side ?? "a") === side);
    const text = own.find(({ type }) => type === "string");
    const messages = own.find(({ type }) => type !== "string")?.name ?? null;
    return text ? { text: text.name, messages, optional: text.optional ?? false } : null;
  };
  return { a: of("a"), b: of("b") };
}

/** Whether the method reads a prompt at all. */
export const readsPrompt = (schema: JsonSchema): boolean => promptNames(schema).a !== null;

function fieldOf(name: string, property: JsonSchema, root: JsonSchema): Field {
  const outer = resolve(property, root);
  const alternatives = (outer.anyOf ?? outer.oneOf)?.map((item) => resolve(item, root));
  const concrete = alternatives?.filter((item) => item.type !== "null") ?? [outer];
  const nullable = alternatives !== undefined && concrete.length < alternatives.length;
  const common = {
    name,
    label: labelOf(name, outer.title),
    description: outer.description ?? "",
    initial: outer.default ?? null,
    required: root.required?.includes(name) ?? false,
    nullable,
    ...defined({ widget: outer.widget }),
  };
  return { ...common, options: [], ...shapeOf(concrete, root) };
}

type Shape = Partial<Field> & Pick<Field, "kind">;

function shapeOf(schemas: JsonSchema[], root: JsonSchema): Shape {
  const [first, second] = schemas;
  if (!first) return { kind: "json" };
  if (second) {
    const list = schemas.find((item) => item.type === "array");
    const all = schemas.find((item) => item.const === "all" || item.enum?.includes("all"));
    if (list && all && schemas.length === 2) {
      const items = resolve(list.items ?? {}, root);
      return {
        kind: "indices",
        minimum: items.minimum ?? 0,
        ...(items.maximum === undefined ? {} : { maximum: items.maximum }),
        ...counts(list),
      };
    }
    const values = schemas.map((item) => (item.const === undefined ? item.enum : [item.const]));
    if (values.every((value) => value !== undefined)) return { kind: "choice", options: values.flat() as JsonValue[] };
    return { kind: "json" };
  }
  if (first.enum) return { kind: "choice", options: first.enum };
  if (first.const !== undefined) return { kind: "choice", options: [first.const] };
  switch (first.type) {
    case "boolean":
      return { kind: "boolean" };
    case "integer":
    case "number":
      return { kind: first.type, ...bounds(first) };
    case "string":
      return { kind: "text", ...lengths(first) };
    case "array":
      return listShape(first, resolve(first.items ?? {}, root));
    default:
      return { kind: "json" };
  }
}

function listShape(list: JsonSchema, items: JsonSchema): Shape {
  if (items.enum) return { kind: "choices", options: items.enum, ...counts(list) };
  if (items.type === "string") return { kind: "texts", ...counts(list), ...lengths(items) };
  if (items.type === "integer" || items.type === "number")
    return { kind: "numbers", ...counts(list), ...bounds(items) };
  return { kind: "json" };
}

const defined = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
const counts = (schema: JsonSchema) => defined({ minItems: schema.minItems, maxItems: schema.maxItems });
const lengths = (schema: JsonSchema) => defined({ minLength: schema.minLength, maxLength: schema.maxLength });
const bounds = (schema: JsonSchema) => ({
  ...defined({
    minimum: schema.minimum ?? schema.exclusiveMinimum,
    maximum: schema.maximum ?? schema.exclusiveMaximum,
  }),
  open: { minimum: schema.exclusiveMinimum !== undefined, maximum: schema.exclusiveMaximum !== undefined },
});

/** A schema with its reference followed and a single `allOf` unwrapped; its own annotations win. */
function resolve(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema {
  const inner = schema.$ref
    ? root.$defs?.[schema.$ref.replace("#/$defs/", "")]
    : schema.allOf?.length === 1
      ? schema.allOf[0]
      : undefined;
  if (!inner || depth > 16) return schema;
  const { $ref: _ref, allOf: _all, ...own } = schema;
  return { ...resolve(inner, root, depth + 1), ...own };
}

/** `top_k` reads "top k", unless the method gave a title of its own. */
function labelOf(name: string, title: string | undefined): string {
  const words = name.replaceAll("_", " ");
  if (!title || title.toLowerCase() === words) return words;
  // Labels stand inside a line; a first word in capitals is a name and stays.
  return /^\p{Lu}(\p{Ll}|\s)/u.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

export const sameValue = (a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** The parameters without those that say what the method would do anyway. */
export function withoutInitial(fields: Field[], params: Record<string, JsonValue>): Record<string, JsonValue> {
  const initial = new Map(fields.map((field) => [field.name, field.initial]));
  return Object.fromEntries(Object.entries(params).filter(([name, value]) => !sameValue(value, initial.get(name))));
}
