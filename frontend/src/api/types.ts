/**
 * The shapes of REST version 1 under the names the page uses: those of `schema.d.ts`, which `npm run types` generates from
 * the server's OpenAPI document, and more closely what that document leaves open.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** The part of JSON Schema that pydantic writes for method parameters. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: JsonValue;
  const?: JsonValue;
  enum?: JsonValue[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  widget?: string;
  /** Of a prompt: whether it is the first of two or the second. */
  side?: "a" | "b";
  /** Of the second of two prompts: whether the method can do without. */
  optional?: boolean;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export type Paper = Schemas["Paper"];
export type Method = Omit<Schemas["Method"], "params"> & { params: JsonSchema };
export type Catalogue = Omit<Schemas["MethodList"], "methods"> & { methods: Method[] };

export type ModelState = Schemas["Model"]["state"];
export type Model = Omit<Schemas["Model"], "fidelity" | "problem"> & {
  fidelity: Record<string, JsonValue> | null;
  problem: ProblemBody | null;
};

export type FieldProblem = Schemas["FieldFault"];

/** Why a request was refused. Optional where the page makes problems of its own. */
export interface ProblemBody {
  code: string;
  message: string;
  fields?: FieldProblem[];
  remedy?: string;
  changes?: Record<string, JsonValue>;
  request_id?: string;
  retry_after?: number;
}

export type RunProgress = Schemas["RunProgress"];
export type Run = Omit<Schemas["Run"], "error"> & { error: ProblemBody | null };

export type CostAlternative = Omit<Schemas["Alternative"], "changes"> & { changes: Record<string, JsonValue> };
export type CostEstimate = Omit<Schemas["CostEstimate"], "alternatives"> & { alternatives: CostAlternative[] };

export type Example = Schemas["Example"];

/** The body of a request: the model, the prompt and the parameters, flat. */
export type MethodRequest = Record<string, JsonValue>;

/** A stored document without its arrays, and where to fetch it whole. */
export type SavedResult = Record<string, JsonValue> & { key: string; method: string; href: string };

export type SavedAnalysis = Omit<Schemas["Analysis"], "workspace" | "results"> & {
  workspace: Record<string, JsonValue> | null;
  results: SavedResult[];
};

export interface NewAnalysis {
  title: string;
  notes: string;
  workspace: Record<string, JsonValue>;
  results: string[];
}

export type SavedLink = Schemas["SavedLink"];
