import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../api/types";
import { fieldsOf, questionFields, readsPrompt, withoutInitial } from "./schema";

/** As pydantic writes it. */
const schema: JsonSchema = {
  type: "object",
  $defs: {
    Norm: { type: "string", enum: ["final", "none"], title: "Norm" },
    Message: { type: "object", properties: {} },
  },
  properties: {
    prompt: { type: "string", default: "", widget: "prompt" },
    messages: {
      anyOf: [{ type: "array", items: { $ref: "#/$defs/Message" } }, { type: "null" }],
      default: null,
      widget: "prompt",
    },
    top_k: {
      type: "integer",
      minimum: 1,
      maximum: 50,
      default: 5,
      title: "Top K",
      description: "Tokens kept per cell.",
    },
    threshold: { type: "number", exclusiveMinimum: 0, default: 0.5, title: "Threshold" },
    norm: { $ref: "#/$defs/Norm", default: "final" },
    center: { type: "boolean", default: true, title: "Above the mean" },
    layers: {
      anyOf: [
        { const: "all", type: "string" },
        { type: "array", items: { type: "integer", minimum: 0, maximum: 1000 }, minItems: 1, maxItems: 4096 },
      ],
      default: "all",
    },
    targets: {
      anyOf: [{ type: "array", items: { type: "string", minLength: 1 }, maxItems: 32 }, { type: "null" }],
      default: null,
    },
    parts: { type: "array", items: { type: "string", enum: ["attn_out", "mlp_out"] }, default: ["attn_out"] },
    seed: { anyOf: [{ type: "integer" }, { type: "null" }], default: null, title: "Seed" },
    odd: { type: "object", default: {} },
  },
};

const kinds = (root: JsonSchema) => Object.fromEntries(fieldsOf(root).map(({ name, kind }) => [name, kind]));

describe("fieldsOf", () => {
  it("finds the field for every shape of parameter, and leaves the prompt to the editor", () => {
    expect(kinds(schema)).toEqual({
      top_k: "integer",
      threshold: "number",
      norm: "choice",
      center: "boolean",
      layers: "indices",
      targets: "texts",
      parts: "choices",
      seed: "integer",
      odd: "json",
    });
  });

  it("keeps bounds, defaults, descriptions and whether a field may be unset", () => {
    const fields = new Map(fieldsOf(schema).map((field) => [field.name, field]));
    expect(fields.get("top_k")).toMatchObject({ label: "top k", minimum: 1, maximum: 50, initial: 5, nullable: false });
    expect(fields.get("threshold")).toMatchObject({ minimum: 0, open: { minimum: true, maximum: false } });
    expect(fields.get("norm")).toMatchObject({ options: ["final", "none"], initial: "final" });
    expect(fields.get("center")).toMatchObject({ label: "above the mean" });
    expect(fields.get("layers")).toMatchObject({
      minimum: 0,
      maximum: 1000,
      minItems: 1,
      maxItems: 4096,
      initial: "all",
    });
    expect(fields.get("targets")).toMatchObject({ nullable: true, maxItems: 32, minLength: 1 });
    expect(fields.get("seed")).toMatchObject({ nullable: true, initial: null });
  });

  it("leaves to the question line what it fills, and only for methods that compare two tokens", () => {
    const asks: JsonSchema = {
      properties: {
        target: { type: "string" },
        distractor: { type: "string" },
        target_id: { type: "integer" },
        distractor_id: { type: "integer" },
        position: { type: "integer" },
        center: { type: "boolean" },
      },
    };
    expect(questionFields(asks)).toEqual({ target: "target", distractor: "distractor", position: "position" });
    expect(Object.keys(kinds(asks))).toEqual(["center"]);
    const follows: JsonSchema = { properties: { target: { type: "string" } } };
    expect(questionFields(follows)).toBeNull();
    expect(Object.keys(kinds(follows))).toEqual(["target"]);
    expect(questionFields({ properties: { answer: {}, foil: {} } })).toEqual({
      target: "answer",
      distractor: "foil",
      position: null,
    });
    const cell: JsonSchema = { properties: { answer: {}, foil: {}, position: { type: "integer", widget: "cell" } } };
    expect(questionFields(cell)?.position).toBeNull();
    expect(kinds(cell)).toEqual({ position: "integer" });
  });

  it("knows whether a method reads the prompt", () => {
    expect(readsPrompt(schema)).toBe(true);
    expect(readsPrompt({ properties: {} })).toBe(false);
  });

  it("drops what says the default", () => {
    expect(withoutInitial(fieldsOf(schema), { top_k: 5, norm: "none", parts: ["attn_out"] })).toEqual({ norm: "none" });
  });
});
