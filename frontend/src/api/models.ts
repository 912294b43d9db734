/** Models: how each stands and what it takes, loading and unloading. */
import { queryOptions, skipToken, type QueryClient } from "@tanstack/react-query";
import { API, ApiProblem, json, send, serverEvents } from "./client";
import { Pace } from "./pace";
import type { components } from "./schema";
import type { Model, ProblemBody, Run } from "./types";

type Schemas = components["schemas"];

/** The models in `models` are in the order of their use, the one used last at the end. */
export type Memory = Schemas["Memory"];
export type Inspection = Omit<Schemas["Inspection"], "model"> & { model: Model };
export type Precision = NonNullable<Schemas["LoadRequest"]["precision"]>;
export type ModelSource = ({ id: string } | { path: string } | { hub: string; revision?: string }) & {
  precision?: Precision;
};

/** The code of the refusal to unload a model that is in use. */
export const MODEL_BUSY = "model_busy";

const POLL_WHILE_LOADING = 500;
const pace = new Pace();

/** Seconds until a loading model has come through its stage; null while nothing can be said. */
export const secondsLeft = ({ id }: Model): number | null => pace.left(id);

const memoryKey = ["models", "memory"];
const INSPECT = ["inspect"];

/** Every model. While one is loading the list is asked for again, and only then. */
export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: async ({ signal, client }) => {
    const { models, memory } = await json<{ models: Model[]; memory: Memory }>(`${API}/models`, { signal });
    client.setQueryData(memoryKey, memory);
    notePace(models);
    return models;
  },
  refetchInterval: ({ state }) => (state.data?.some((model) => model.state === "loading") ? POLL_WHILE_LOADING : false),
});

/** What the last answer of `modelsQuery` told of the memory; never asks on its own. */
export const memoryQuery = queryOptions<Memory>({ queryKey: memoryKey, queryFn: skipToken, staleTime: Infinity });

function notePace(models: Model[]): void {
  const loading = models.filter(({ state }) => state === "loading");
  pace.keep(new Set(loading.map(({ id }) => id)));
  for (const { id, stage, done, total } of loading) {
    if (done !== null && total) pace.note(id, stage, done, total, performance.now());
  }
}

/** What loading would take. What is on the hub cannot be looked into beforehand. */
export const inspectQuery = (source: ModelSource) =>
  queryOptions({
    queryKey: [...INSPECT, source],
    queryFn:
      "hub" in source || Object.values(source).includes("")
        ? skipToken
        : ({ signal }) => json<Inspection>(`${API}/models/inspect`, { method: "POST", body: source, signal }),
    // Free memory changes with every load.
    gcTime: 0,
    retry: false,
  });

/** Ask again how the models stand, and what fits beside them. */
async function refresh(client: QueryClient): Promise<void> {
  const stale = [modelsQuery.queryKey, INSPECT].map((queryKey) => client.invalidateQueries({ queryKey }));
  await Promise.all(stale);
}

/** Ask for a model. Resolves once the server took it on: with the run that loads it, or the model if it is ready. */
async function askFor(source: ModelSource, client: QueryClient): Promise<{ run: Run } | { ready: Model }> {
  try {
    const headers = { Prefer: "respond-async" };
    const response = await send(`${API}/models`, { method: "POST", body: source, headers });
    const body: unknown = await response.json();
    return response.status === 202 ? { run: body as Run } : { ready: body as Model };
  } finally {
    void refresh(client);
  }
}

/**
 * Begin to load a model, and tell its id; null if that is not known yet. The list of models then tells how far it is, and
 * what went wrong.
 */
export async function beginLoading(source: ModelSource, client: QueryClient): Promise<string | null> {
  const taken = await askFor(source, client);
  if ("ready" in taken) return taken.ready.id;
  const models = await client.fetchQuery(modelsQuery);
  return models.find(({ run }) => run === taken.run.id)?.id ?? null;
}

/** Load a model. Resolves when it is ready. */
export async function loadModel(source: ModelSource, client: QueryClient): Promise<void> {
  const taken = await askFor(source, client);
  if ("ready" in taken) return;
  try {
    await ended(taken.run);
  } finally {
    void refresh(client);
  }
}

/** Wait for the end of a run that has no result of its own. */
async function ended({ id }: Run): Promise<void> {
  for await (const { event, data } of serverEvents(`${API}/runs/${id}/events`, new AbortController().signal)) {
    if (event === "done") return;
    if (event === "error") throw new ApiProblem((JSON.parse(data) as { error: ProblemBody }).error, 200);
  }
  throw new ApiProblem({ code: "run_lost", message: "The connection to the run was lost." }, 0);
}

/** Stop loading a model, unless somebody else waits for it too. */
export async function cancelLoading({ run }: Model, client: QueryClient): Promise<void> {
  if (run === null) return;
  await json<void>(`${API}/runs/${run}`, { method: "DELETE" });
  await refresh(client);
}

/** Give back the memory of a model. Refused with `model_busy` while it is in use, unless by force. */
export async function unloadModel(id: string, force: boolean, client: QueryClient): Promise<void> {
  await json<void>(`${API}/models/${encodeURIComponent(id)}${force ? "?force=true" : ""}`, { method: "DELETE" });
  await refresh(client);
}
