/** What the page asks the server outside of runs, as react-query options. */
import { queryOptions } from "@tanstack/react-query";
import type { Token } from "../kinds/types";
import { isChat, isEmptyPrompt, type Prompt } from "../state/prompt";
import { API, ApiProblem, json } from "./client";
import { fetchDocument } from "./runs";
import type { Catalogue, CostEstimate, Example, Method, MethodRequest } from "./types";

export { loadModel, modelsQuery } from "./models";

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

export const examplesQuery = queryOptions({
  queryKey: ["examples"],
  queryFn: async ({ signal }) => (await json<{ examples: Example[] }>(`${API}/examples`, { signal })).examples,
  staleTime: Infinity,
});

export const tokensQuery = (model: string, prompt: Prompt) =>
  queryOptions({
    queryKey: ["tokens", model, prompt],
    queryFn: async ({ signal }) =>
      (
        await json<{ tokens: Token[] }>(`${API}/models/${encodeURIComponent(model)}/tokenize`, {
          method: "POST",
          body: isChat(prompt) ? { messages: prompt } : { text: prompt },
          signal,
        })
      ).tokens,
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: model !== "" && !isEmptyPrompt(prompt),
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

export const documentQuery = (address: string) =>
  queryOptions({
    queryKey: ["document", address],
    queryFn: ({ signal }) => fetchDocument(address, signal),
    staleTime: Infinity,
  });

/** Whether asking again could help: not after a refusal. */
export const worthRetrying = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof ApiProblem && (error.unreachable || error.status >= 500);

/** Whether the server answers at all; any answer will do. */
export const pingServer = (): Promise<boolean> =>
  json<unknown>(`${API}/health/live`).then(
    () => true,
    (error: unknown) => !(error instanceof ApiProblem && error.unreachable),
  );
