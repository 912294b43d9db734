/** The first screen, laid out from what was computed when the page was built. */
import { fetchFirstScreen, type FirstScreen } from "../api/firstScreen";
import { examplesQuery, methodsQuery, modelsQuery, tokensQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import type { Example } from "../api/types";
import { runPanels } from "./runner";
import { expectResult, forgetResults } from "./runs";

/** What the first screen opens, where the server has it. */
const FIRST_EXAMPLE = "When Mary and John went to the store";

export const isFirstExample = ({ prompt }: Example): boolean => prompt.startsWith(FIRST_EXAMPLE);

/**
 * Lay out what was computed when the page was built, so that it is read before the server has answered. What the server
 * says replaces it; results that are not about the server's own model are dropped and asked for again.
 */
export async function layOutFirstScreen(): Promise<void> {
  const first = await fetchFirstScreen();
  const offer = <T>(key: readonly unknown[], data: T) => {
    if (queryClient.getQueryData(key) === undefined) queryClient.setQueryData(key, data, { updatedAt: 0 });
  };
  for (const { method, request, key } of first.requests) expectResult(method, request, first.documents[key]);
  const { prompt } = first.examples.find(isFirstExample) ?? first.examples[0];
  offer(tokensQuery(first.model.id, prompt).queryKey, first.tokens);
  offer(examplesQuery.queryKey, first.examples);
  offer(methodsQuery.queryKey, first.catalogue);
  offer(modelsQuery.queryKey, [first.model]);
  // A server that cannot be reached leaves what is laid out as it is.
  void followTruth(first).catch(() => undefined);
}

/** Compare with the server's own catalogue and model, as soon as it tells. */
async function followTruth(first: FirstScreen): Promise<void> {
  const [{ methods }, models] = await Promise.all([
    queryClient.fetchQuery({ ...methodsQuery, staleTime: 0, retry: true }),
    queryClient.fetchQuery({ ...modelsQuery, retry: true }),
  ]);
  const own = models.find(({ id }) => id === first.model.id);
  const documents = Object.values(first.documents).filter(({ method, method_version, model }) => {
    const version = methods.find(({ id }) => id === method)?.version;
    return version !== method_version || (own?.fingerprint != null && own.fingerprint !== model.fingerprint);
  });
  const stale = forgetResults(documents);
  if (stale.length > 0) void runPanels(stale);
}
