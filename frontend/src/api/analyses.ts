/** Saved analyses: reading, keeping, changing and deleting them, and computing their results anew. */
import { queryOptions } from "@tanstack/react-query";
import type { ResultDocument } from "../kinds/types";
import { documentOf } from "./arrays";
import { API, ApiProblem, json, send, TENSORS } from "./client";
import type { MethodRequest, NewAnalysis, SavedAnalysis, SavedLink } from "./types";

const addressOf = (id: string) => `${API}/analyses/${encodeURIComponent(id)}`;

/** A saved analysis without its arrays. */
export const analysisQuery = (id: string) =>
  queryOptions({
    queryKey: ["analyses", id],
    queryFn: ({ signal }) => json<SavedAnalysis>(`${addressOf(id)}?arrays=false`, { signal }),
    staleTime: Infinity,
  });

/** The whole of a saved analysis, to be downloaded. */
export const wholeAnalysis = (id: string): string => addressOf(id);

export const saveAnalysis = (analysis: NewAnalysis) =>
  json<SavedLink>(`${API}/analyses`, { method: "POST", body: analysis });

/** What may be written anew. The results stay what they were. */
export type AnalysisChanges = Pick<NewAnalysis, "title" | "notes" | "workspace">;

const withSecret = ({ delete_secret }: SavedLink) => ({ Authorization: `Bearer ${delete_secret}` });

export const changeAnalysis = (link: SavedLink, changes: AnalysisChanges) =>
  json<void>(addressOf(link.id), { method: "PATCH", body: changes, headers: withSecret(link) });

export const deleteAnalysis = (link: SavedLink) =>
  json<void>(addressOf(link.id), { method: "DELETE", headers: withSecret(link) });

/** How many bytes an address answers with, in one of the encodings of a document. */
export async function sizeOf(address: string, type: string = TENSORS): Promise<number | null> {
  const response = await send(address, { method: "HEAD", headers: { Accept: type } });
  const length = Number(response.headers.get("Content-Length"));
  return length > 0 ? length : null;
}

/** How many bytes the results with these keys have as they are stored. */
export const storedSizeQuery = (keys: readonly string[]) =>
  queryOptions({
    queryKey: ["stored size", ...keys],
    queryFn: async () => {
      const sizes = await Promise.all(keys.map((key) => sizeOf(`${API}/results/${encodeURIComponent(key)}`)));
      return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    },
    staleTime: Infinity,
    retry: false,
  });

/** Who can reach the server: only a server that nobody else reaches lets whoever asks list its analyses. */
export const reachQuery = queryOptions({
  queryKey: ["reach"],
  queryFn: ({ signal }) =>
    send(`${API}/analyses`, { method: "HEAD", signal }).then(
      (): "computer" | "network" => "computer",
      (error: unknown) => {
        if (error instanceof ApiProblem && error.status === 403) return "network" as const;
        throw error;
      },
    ),
  staleTime: Infinity,
});

/** Compute a result anew, whatever the server has stored of it. */
export async function recompute(method: string, request: MethodRequest, signal: AbortSignal): Promise<ResultDocument> {
  const headers = { Accept: TENSORS, "Cache-Control": "no-cache" };
  const answer = await send(`${API}/methods/${method}`, { method: "POST", body: request, headers, signal });
  return documentOf(await answer.arrayBuffer());
}
