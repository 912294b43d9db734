/** JSON Schema in few words. */
import type { JsonSchema } from "../../api/types";
import { t } from "../../ui/i18n";

const follow = (schema: JsonSchema, root: JsonSchema): JsonSchema =>
  schema.$ref ? (root.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? schema) : schema;

/** The types a value may have: `integer`, `"all"`, `list of integer`. */
export function typeText(schema: JsonSchema, root: JsonSchema): string[] {
  const plain = follow(schema, root);
  const options = plain.anyOf ?? plain.oneOf;
  if (options) return options.flatMap((option) => typeText(option, root));
  if (plain.enum) return plain.enum.map((value) => JSON.stringify(value));
  if (plain.const !== undefined) return [JSON.stringify(plain.const)];
  if (plain.type === "array") return [t("app.docs.list", { type: typeText(plain.items ?? {}, root).join(" | ") })];
  return [plain.title && plain.type === "object" ? plain.title : String(plain.type ?? "any")];
}

/** "1 … 50" where a number has bounds. */
export function boundsText(schema: JsonSchema, root: JsonSchema): string {
  const plain = follow(schema, root);
  const numeric = [plain, ...(plain.anyOf ?? []).map((option) => follow(option, root))].find(
    ({ type }) => type === "integer" || type === "number",
  );
  const low = numeric?.minimum ?? numeric?.exclusiveMinimum;
  const high = numeric?.maximum ?? numeric?.exclusiveMaximum;
  if (low === undefined && high === undefined) return "";
  return t("app.docs.bounds", {
    low: low === undefined ? "−∞" : String(low),
    high: high === undefined ? "∞" : String(high),
  });
}
