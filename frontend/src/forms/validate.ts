/** Whether a value may be sent, and text to value and back for the fields a person types. */
import type { JsonValue } from "../api/types";
import type { Field } from "./schema";

/** A reason a value is refused: a message key below `app.form.problem` with its numbers. */
export interface Refusal {
  key: "number" | "integer" | "below" | "above" | "between" | "empty" | "long" | "few" | "many" | "list" | "json";
  values: Record<string, string | number>;
}

const no = (key: Refusal["key"], values: Refusal["values"] = {}): Refusal => ({ key, values });

export function refuse(field: Field, value: JsonValue): Refusal | null {
  if (value === null) return field.nullable || field.initial === null ? null : no("empty");
  switch (field.kind) {
    case "integer":
    case "number":
      return refuseNumber(field, value);
    case "text":
      return refuseText(field, value);
    case "indices":
      return value === "all" ? null : refuseList(field, value, refuseNumber);
    case "numbers":
      return refuseList(field, value, refuseNumber);
    case "texts":
      return refuseList(field, value, refuseText);
    case "choices":
      return refuseList(field, value, () => null);
    default:
      return null;
  }
}

function refuseNumber(field: Field, value: JsonValue): Refusal | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return no("number");
  if (field.kind !== "number" && field.kind !== "numbers" && !Number.isInteger(value)) return no("integer");
  const { minimum, maximum, open } = field;
  const below = minimum !== undefined && (open?.minimum ? value <= minimum : value < minimum);
  const above = maximum !== undefined && (open?.maximum ? value >= maximum : value > maximum);
  if (!below && !above) return null;
  if (minimum !== undefined && maximum !== undefined) return no("between", { minimum, maximum });
  return below ? no("below", { minimum: minimum ?? 0 }) : no("above", { maximum: maximum ?? 0 });
}

function refuseText(field: Field, value: JsonValue): Refusal | null {
  if (typeof value !== "string") return no("empty");
  const length = [...value].length;
  if (length < (field.minLength ?? 0)) return no("empty");
  return length > (field.maxLength ?? Infinity) ? no("long", { maximum: field.maxLength ?? 0 }) : null;
}

type Check = (field: Field, value: JsonValue) => Refusal | null;

function refuseList(field: Field, value: JsonValue, check: Check): Refusal | null {
  if (!Array.isArray(value)) return no("list");
  if (value.length < (field.minItems ?? 0)) return no("few", { minimum: field.minItems ?? 0 });
  if (value.length > (field.maxItems ?? Infinity)) return no("many", { maximum: field.maxItems ?? 0 });
  return value.map((item) => check(field, item)).find((refusal) => refusal !== null) ?? null;
}

const LONGEST_LIST = 4096;

/** "0, 2, 4-7" as [0, 2, 4, 5, 6, 7]; null when it is not a list of whole numbers. */
export function parseIndices(text: string): JsonValue | null {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.toLowerCase() === "all") return "all";
  const found: number[] = [];
  for (const part of trimmed.split(/[\s,]+/).filter(Boolean)) {
    const match = /^(\d+)(?:[-–](\d+))?$/.exec(part);
    if (!match) return null;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (last < first || found.length + last - first >= LONGEST_LIST) return null;
    for (let index = first; index <= last; index += 1) found.push(index);
  }
  return [...new Set(found)].sort((a, b) => a - b);
}

/** [0, 2, 4, 5, 6, 7] as "0, 2, 4–7". */
export function formatIndices(value: JsonValue): string {
  if (!Array.isArray(value)) return value === null ? "" : String(value);
  const numbers = value.map(Number);
  const parts: string[] = [];
  for (let start = 0; start < numbers.length;) {
    let end = start;
    while (numbers[end + 1] === (numbers[end] ?? NaN) + 1) end += 1;
    parts.push(end - start >= 2 ? `${numbers[start]}–${numbers[end]}` : numbers.slice(start, end + 1).join(", "));
    start = end + 1;
  }
  return parts.join(", ");
}

/** Text typed into a field as its value; undefined when it cannot be read. */
export function parseTyped(field: Field, text: string): JsonValue | undefined {
  if (text.trim() === "" && field.nullable) return null;
  switch (field.kind) {
    case "integer":
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text.replace("−", "-")))
        ? undefined
        : Number(text.replace("−", "-"));
    case "indices":
      return parseIndices(text) ?? undefined;
    case "numbers": {
      const numbers = text
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(Number);
      return numbers.some(Number.isNaN) ? undefined : numbers;
    }
    case "json":
      try {
        return JSON.parse(text) as JsonValue;
      } catch {
        return undefined;
      }
    default:
      return text;
  }
}

/** A value as the text of its field. */
export function formatTyped(field: Field, value: JsonValue): string {
  if (value === null) return "";
  if (field.kind === "indices") return formatIndices(value);
  if (field.kind === "numbers" && Array.isArray(value)) return value.join(", ");
  if (field.kind === "json") return JSON.stringify(value);
  return String(value);
}
