/** From a panel in the workspace to the body of its request, and from a remedy's changes back. */
import type { JsonValue, Method, MethodRequest } from "../api/types";
import { followsTargets, questionFields, readsPrompt } from "../forms/schema";
import type { Panel, Question, Workspace } from "./workspace";

type Scene = Pick<Workspace, "model" | "prompt" | "question">;

/** What a panel asks the server: the model, the prompt and the question where the method reads them, and its parameters. */
export function requestOf(
  { model, prompt, question }: Scene,
  panel: Pick<Panel, "params">,
  method: Method,
): MethodRequest {
  const request: MethodRequest = {};
  for (const [name, type] of Object.entries(method.resources))
    if (type === "Model" && name === "model") request[name] = model;
  if (readsPrompt(method.params)) request.prompt = prompt;
  Object.assign(request, questionOf(question, method));
  return { ...request, ...panel.params };
}

function questionOf(question: Question, method: Method): MethodRequest {
  const fields = questionFields(method.params);
  const request: MethodRequest = {};
  const named = [question.target, question.distractor].filter((text) => text !== "");
  if (named.length > 0 && followsTargets(method.params)) request.targets = [...new Set(named)];
  if (!fields) return request;
  if (question.target) request[fields.target] = question.target;
  if (question.distractor) request[fields.distractor] = question.distractor;
  if (fields.position && question.position !== -1) request[fields.position] = question.position;
  return request;
}

/** The same request in one spelling, whatever the order its fields were written in. */
export const canonical = (method: string, request: MethodRequest): string =>
  JSON.stringify([method, Object.fromEntries(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1)))]);

export type StaleReason = "model" | "prompt" | "settings";

/** Why a result no longer answers what is asked now, or would be asked with the edited prompt; null when it does. */
export function staleReason(shown: MethodRequest, asked: MethodRequest, edited: boolean): StaleReason | null {
  if (shown.model !== asked.model) return "model";
  if (shown.prompt !== asked.prompt) return "prompt";
  if (canonical("", shown) !== canonical("", asked)) return "settings";
  return asked.prompt !== undefined && edited ? "prompt" : null;
}

export interface Remedy {
  model?: string;
  prompt?: string;
  question: Partial<Question>;
  params: Record<string, JsonValue>;
}

/** Where each of a remedy's changes belongs. */
export function remedyOf(changes: Record<string, JsonValue>, method: Method): Remedy {
  const fields = questionFields(method.params);
  const remedy: Remedy = { question: {}, params: {} };
  for (const [name, value] of Object.entries(changes)) {
    if (name === "model" && typeof value === "string") remedy.model = value;
    else if (name === "prompt" && typeof value === "string") remedy.prompt = value;
    else if (name === fields?.target) remedy.question.target = typeof value === "string" ? value : "";
    else if (name === fields?.distractor) remedy.question.distractor = typeof value === "string" ? value : "";
    else if (name === fields?.position && typeof value === "number") remedy.question.position = value;
    else remedy.params[name] = value;
  }
  return remedy;
}

/** Whether a method is asked the question line. */
export const readsQuestion = (method: Method | undefined): boolean =>
  method !== undefined && (questionFields(method.params) !== null || followsTargets(method.params));
