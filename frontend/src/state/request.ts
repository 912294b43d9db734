/** From a panel in the workspace to the bodies of its requests, and from a remedy's changes back. */
import type { JsonSchema, JsonValue, Method, MethodRequest } from "../api/types";
import { followsTargets, promptNames, questionFields } from "../forms/schema";
import { isChat, type Prompt } from "./prompt";
import type { Panel, Question, TokenTexts, Workspace } from "./workspace";

type Scene = Pick<Workspace, "model" | "prompt" | "second" | "question">;

/** A run of a panel is about the first side, or about the second. */
export type RunSide = "a" | "b";

/** Whether a method itself reads both sides of a comparison. */
export const readsBoth = (method: Method): boolean => promptNames(method.params).b !== null;

/** Whether a method compares two sides while the workspace has one. */
export const lacksSecond = (method: Method, { second }: Pick<Workspace, "second">): boolean =>
  second === null && promptNames(method.params).b?.optional === false;

/** The sides a panel is run for. */
export const sidesOf = (method: Method, { second }: Pick<Workspace, "second">): RunSide[] =>
  second && !readsBoth(method) ? ["a", "b"] : ["a"];

/** What a panel asks the server: models, prompts and the question where the method reads them, and its parameters. */
export function requestOf(
  scene: Scene,
  panel: Pick<Panel, "params">,
  method: Method,
  side: RunSide = "a",
): MethodRequest {
  const { model, prompt, second, question } = scene;
  const other = { model: second?.model || model, prompt: second?.prompt ?? prompt };
  const own = side === "b" ? other : { model, prompt };
  const names = promptNames(method.params);
  const request: MethodRequest = {};
  if (method.resources.model === "Model") request.model = own.model;
  const further = side === "b" ? model : other.model;
  if (method.resources.other === "Model" && further !== own.model) request.other = further;
  if (method.resources.others === "Tokenizers" && further !== own.model) request.others = [further];
  Object.assign(request, written(names.a, own.prompt));
  if (second || !names.b?.optional) Object.assign(request, written(names.b, other.prompt));
  return { ...request, ...questionOf(question, method), ...withoutOwn(panel.params, own.model) };
}

/** A panel's list of further models, without the one that this side is about. */
function withoutOwn(params: Panel["params"], own: string): Panel["params"] {
  if (!Array.isArray(params.others)) return params;
  const others = params.others.filter((model) => model !== own);
  return { ...params, others: others.length > 0 ? others : null };
}

/** A prompt under the name that a method gives it, as text or as messages. */
function written(names: PromptNames | null, prompt: Prompt): MethodRequest {
  if (!names) return {};
  if (!isChat(prompt)) return { [names.text]: prompt };
  return names.messages === null ? {} : { [names.messages]: prompt as unknown as JsonValue };
}

type PromptNames = NonNullable<ReturnType<typeof promptNames>["a"]>;

function questionOf(question: Question, method: Method): MethodRequest {
  const fields = questionFields(method.params);
  const request: MethodRequest = {};
  const named = [...question.target, ...question.distractor];
  if (named.length > 0 && followsTargets(method.params)) request.targets = [...new Set(named)];
  if (!fields) return request;
  if (question.target.length > 0) request[fields.target] = asAsked(question.target);
  if (question.distractor.length > 0) request[fields.distractor] = asAsked(question.distractor);
  if (fields.position && question.position !== -1) request[fields.position] = question.position;
  return request;
}

/** One token goes as its text, several as a list. */
const asAsked = (texts: TokenTexts): JsonValue => (texts.length === 1 ? texts[0] : texts);

/** The same request in one spelling, whatever the order its fields were written in. */
export const canonical = (method: string, request: MethodRequest): string =>
  JSON.stringify([method, Object.fromEntries(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1)))]);

export type StaleReason = "model" | "prompt" | "settings";

const MODELS = ["model", "other", "others"];

/** Why a result no longer answers what is asked now, or would be asked with the edited prompt; null when it does. */
export function staleReason(
  shown: MethodRequest,
  asked: MethodRequest,
  edited: boolean,
  schema: JsonSchema,
): StaleReason | null {
  const { a, b } = promptNames(schema);
  const prompts = [a?.text, a?.messages, b?.text, b?.messages].filter((name) => name != null);
  const differ = (names: string[]) => names.some((name) => JSON.stringify(shown[name]) !== JSON.stringify(asked[name]));
  if (differ(MODELS)) return "model";
  if (differ(prompts)) return "prompt";
  if (canonical("", shown) !== canonical("", asked)) return "settings";
  return edited && prompts.some((name) => asked[name] !== undefined) ? "prompt" : null;
}

export interface Remedy {
  model?: string;
  prompt?: string;
  second?: string;
  question: Partial<Question>;
  params: Record<string, JsonValue>;
}

const texts = (value: JsonValue): TokenTexts =>
  typeof value === "string" ? [value] : Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** Where each of a remedy's changes belongs. */
export function remedyOf(changes: Record<string, JsonValue>, method: Method): Remedy {
  const fields = questionFields(method.params);
  const names = promptNames(method.params);
  const remedy: Remedy = { question: {}, params: {} };
  for (const [name, value] of Object.entries(changes)) {
    if (name === "model" && typeof value === "string") remedy.model = value;
    else if (name === names.a?.text && typeof value === "string") remedy.prompt = value;
    else if (name === names.b?.text && typeof value === "string") remedy.second = value;
    else if (name === fields?.target) remedy.question.target = texts(value);
    else if (name === fields?.distractor) remedy.question.distractor = texts(value);
    else if (name === fields?.position && typeof value === "number") remedy.question.position = value;
    else remedy.params[name] = value;
  }
  return remedy;
}

/** Whether a method is asked the question line. */
export const readsQuestion = (method: Method | undefined): boolean =>
  method !== undefined && (questionFields(method.params) !== null || followsTargets(method.params));
