/** What an analysis is about: its prompt, or the two that it compares. */
import type { SavedAnalysis, SavedResult } from "../../api/types";
import { isEmptyPrompt, readMessages, samePrompt, type Prompt } from "../../state/prompt";
import { headOf, savedAddress } from "../../state/saved";
import type { SidePrompt } from "./Prompts";

export interface SidePrompts {
  a: SidePrompt;
  b: SidePrompt | null;
}

/** Names under which methods take a prompt and, where they compare, another. */
const PAIRS = [
  ["clean", "corrupt"],
  ["prompt", "prompt_b"],
  ["messages", "messages_b"],
] as const;

/** As the page was saved; for an analysis that was saved without it, as its results were asked. Null where none asked. */
export function sidePrompts(analysis: SavedAnalysis): SidePrompts | null {
  const { results } = analysis;
  const address = savedAddress(analysis);
  const side = (prompt: Prompt, model: string): SidePrompt => ({
    prompt,
    model,
    tokens: tokensOf(results, prompt, model),
  });
  if (address && !isEmptyPrompt(address.prompt)) {
    const { model, prompt, second } = address;
    const other = second && (!samePrompt(second.prompt, prompt) || (second.model && second.model !== model));
    return { a: side(prompt, model), b: other ? side(second.prompt, second.model || model) : null };
  }
  for (const result of results) {
    const { request, model } = headOf(result);
    for (const [one, two] of PAIRS) {
      const [first, second] = [asPrompt(request[one]), asPrompt(request[two])];
      if (first) return { a: side(first, model.id), b: second ? side(second, model.id) : null };
    }
  }
  return null;
}

function asPrompt(value: unknown): Prompt | null {
  const prompt = typeof value === "string" ? value : readMessages(value);
  return prompt && !isEmptyPrompt(prompt) ? prompt : null;
}

/** The tokens of a prompt, from a result that was asked about it and holds them all. */
function tokensOf(results: readonly SavedResult[], prompt: Prompt, model: string) {
  const found = results.map(headOf).find(({ request, model: used, result }) => {
    const asked = PAIRS.map(([name]) => asPrompt(request[name])).find((read) => read !== null);
    const whole = result.tokens.length > 0 && (result.total.position ?? result.tokens.length) === result.tokens.length;
    return whole && used.id === model && asked != null && samePrompt(asked, prompt);
  });
  return found?.result.tokens ?? null;
}
