/**
 * One prompt of a result that is a mean over many: the same figure of that prompt's own values, which the result holds as
 * `by_prompt` [prompt, …] beside the quantity it draws first.
 */
import { find } from "./result";
import type { ResultDocument } from "./types";

const OWN = "by_prompt";

/** The names of the prompts; none where a result is about a single one. */
export const promptsOf = ({ result }: ResultDocument): string[] =>
  result.dims[OWN]?.[0] === "prompt" ? (result.coords.prompt ?? []) : [];

export function ofPrompt(document: ResultDocument, index: number): ResultDocument {
  const { result } = document;
  const all = find(document, OWN);
  const [quantity] = result.quantities;
  if (!all || !quantity || all.dims.slice(1).join() !== result.dims[quantity.name].join()) return document;
  const size = all.data.length / all.shape[0];
  const own = { data: all.data.slice(index * size, (index + 1) * size), shape: all.shape.slice(1) };
  // The band is that of the mean, and other quantities are means as well.
  const { low: _low, high: _high, ...kept } = result;
  const dims = Object.fromEntries(Object.entries(result.dims).filter(([name]) => name in kept));
  return {
    ...document,
    key: `${document.key}-${index}`,
    result: { ...kept, dims, quantities: [quantity], summary: "", [quantity.name]: own },
  };
}
