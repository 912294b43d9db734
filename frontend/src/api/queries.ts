/** What the page asks the server outside of runs, as react-query options. */
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import type { Token } from "../kinds/types";
import { API, ApiProblem, json } from "./client";
import { fetchDocument } from "./runs";
import type {
  Catalogue,
  CostEstimate,
  Example,
  Method,
  MethodRequest,
  Model,
  NewAnalysis,
  SavedAnalysis,
  SavedLink,
} from "./types";

const POLL_WHILE_LOADING = 1000;

export const methodsQuery = queryOptions({
  queryKey: ["methods"],
  queryFn: ({ signal }) => json<Catalogue>(`${API}/methods`, { signal }),
  staleTime: Infinity,
});

export const methodQuery = (id: string) =>
  queryOptions({
    queryKey: ["methods", id],
    queryFn: ({ signal }) => json<Method>(`${API}/methods/${id}`, { signal }),
    staleTime: Infinity,
  });

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: async ({ signal }) => (await json<{ models: Model[] }>(`${API}/models`, { signal })).models,
  refetchInterval: ({ state }) => (state.data?.some((model) => model.state === "loading") ? POLL_WHILE_LOADING : false),
});

export const examplesQuery = queryOptions({
  queryKey: ["examples"],
  queryFn: async ({ signal }) => (await json<{ examples: Example[] }>(`${API}/examples`, { signal })).examples,
  staleTime: Infinity,
});

export const tokensQuery = (model: string, text: string) =>
  queryOptions({
    queryKey: ["tokens", model, text],
    queryFn: async ({ signal }) =>
      (
        await json<{ tokens: Token[] }>(`${API}/models/${encodeURIComponent(model)}/tokenize`, {
          method: "POST",
          body: { text },
          signal,
        })
      ).tokens,
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: model !== "" && text !== "",
    retry: false,
  });

export const costQuery = (method: string, request: MethodRequest, enabled: boolean) =>
  queryOptions({
    queryKey: ["cost", method, request],
    queryFn: ({ signal }) =>
      json<CostEstimate>(`${API}/methods/${method}/cost`, { method: "POST", body: request, signal }),
    enabled,
    retry: false,
  });

export const analysisQuery = (id: string) =>
  queryOptions({
    queryKey: ["analyses", id],
    queryFn: ({ signal }) => json<SavedAnalysis>(`${API}/analyses/${encodeURIComponent(id)}?arrays=false`, { signal }),
    staleTime: Infinity,
  });

export const documentQuery = (address: string) =>
  queryOptions({
    queryKey: ["document", address],
    queryFn: ({ signal }) => fetchDocument(address, signal),
    staleTime: Infinity,
  });

export type ModelSource = { id: string } | { path: string } | { hub: string; revision?: string };

const LOADING_SHOWS = 300;

/** Load a model. Resolves when it is ready; meanwhile the list of models tells how far it is. */
export async function loadModel(source: ModelSource, client: QueryClient): Promise<Model> {
  const look = () => client.invalidateQueries(modelsQuery);
  const timer = setTimeout(look, LOADING_SHOWS);
  try {
    return await json<Model>(`${API}/models`, { method: "POST", body: source });
  } finally {
    clearTimeout(timer);
    void look();
  }
}

export const unloadModel = (id: string) => json<void>(`${API}/models/${encodeURIComponent(id)}`, { method: "DELETE" });

export const saveAnalysis = (analysis: NewAnalysis) =>
  json<SavedLink>(`${API}/analyses`, { method: "POST", body: analysis });

export const deleteAnalysis = ({ id, delete_secret }: SavedLink) =>
  json<void>(`${API}/analyses/${id}`, { method: "DELETE", headers: { Authorization: `Bearer ${delete_secret}` } });

/** Whether asking again could help: not after a refusal. */
export const worthRetrying = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof ApiProblem && (error.unreachable || error.status >= 500);

/** Whether the server answers at all; any answer will do. */
export const pingServer = (): Promise<boolean> =>
  json<unknown>(`${API}/health/live`).then(
    () => true,
    (error: unknown) => !(error instanceof ApiProblem && error.unreachable),
  );
