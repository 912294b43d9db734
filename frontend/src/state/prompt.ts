/** A prompt: plain text, or chat messages that the model's template lays out. */
import type { components } from "../api/schema";

export type Message = components["schemas"]["Message"];
export type Prompt = string | Message[];

export const isChat = (prompt: Prompt): prompt is Message[] => typeof prompt !== "string";

export const samePrompt = (a: Prompt, b: Prompt): boolean =>
  a === b || (isChat(a) && isChat(b) && JSON.stringify(a) === JSON.stringify(b));

/** The words of a prompt, for a title, a list or a search. */
export const promptText = (prompt: Prompt): string =>
  isChat(prompt) ? prompt.map(({ content }) => content).join("\n") : prompt;

/** Whether there is nothing to run. */
export const isEmptyPrompt = (prompt: Prompt): boolean => prompt.length === 0;

/** The request fields that carry a prompt. */
export const promptFields = (prompt: Prompt): { prompt: string } | { messages: Message[] } =>
  isChat(prompt) ? { messages: prompt } : { prompt };

const ROLES = new Set(["system", "user", "assistant"]);

/** Messages from what a link or a file holds; null when it holds none. */
export function readMessages(value: unknown): Message[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 64) return null;
  const messages = value.map((item: unknown): Message | null => {
    const { role, content } = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
    const known = typeof role === "string" && ROLES.has(role) && typeof content === "string";
    return known ? { role: role as Message["role"], content } : null;
  });
  return messages.every((message) => message !== null) ? messages : null;
}
