/** The tokens a model knows, found by their text or by their id (`#123`). */
import { queryOptions } from "@tanstack/react-query";
import type { Token } from "../kinds/types";
import { API, json } from "./client";

export interface Vocabulary {
  tokens: Token[];
  /** How many there are in all. */
  total: number;
}

const LISTED = 8;

export const vocabularyQuery = (model: string, query: string) =>
  queryOptions({
    queryKey: ["vocabulary", model, query],
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ query, limit: String(LISTED) });
      return json<Vocabulary>(`${API}/models/${encodeURIComponent(model)}/vocabulary?${search.toString()}`, { signal });
    },
    enabled: model !== "" && query !== "",
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
