/** The server's prompt sets: prompts whose answers, pairs and labels are known. */
import { queryOptions } from "@tanstack/react-query";
import { API, json } from "./client";
import type { components } from "./schema";

export type PromptSet = components["schemas"]["PromptSet"];
export type PromptItem = components["schemas"]["PromptItem"];
type Page = components["schemas"]["PromptItems"];

/** As many items as the server puts into one answer. */
const MOST = 500;

export const promptSetsQuery = queryOptions({
  queryKey: ["prompt-sets"],
  queryFn: async ({ signal }) => (await json<{ sets: PromptSet[] }>(`${API}/prompt-sets`, { signal })).sets,
  staleTime: Infinity,
});

/** Every item of a set: they are searched here. */
export const promptItemsQuery = (id: string) =>
  queryOptions({
    queryKey: ["prompt-sets", id],
    queryFn: async ({ signal }) => {
      const address = (offset: number) => `${API}/prompt-sets/${encodeURIComponent(id)}?offset=${offset}&limit=${MOST}`;
      const first = await json<Page>(address(0), { signal });
      const offsets = Array.from({ length: Math.ceil(first.total / MOST) - 1 }, (_, page) => (page + 1) * MOST);
      const others = await Promise.all(offsets.map((offset) => json<Page>(address(offset), { signal })));
      return [first, ...others].flatMap(({ items }) => items);
    },
    staleTime: Infinity,
    enabled: id !== "",
  });
