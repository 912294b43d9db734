/** What the view asks the server for beside the document of its panel: every slice when it is first needed. */
import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useShallow } from "zustand/react/shallow";
import { asProblem, type ApiProblem } from "../../api/client";
import { fetchPooled } from "../../api/pooled";
import { runMethod } from "../../api/runs";
import type { JsonValue, MethodRequest } from "../../api/types";
import type { ResultDocument } from "../../kinds/types";
import { lacking, useMethods, useModel } from "../../state/catalogue";
import { requestOf, type RunSide } from "../../state/request";
import { useWorkspace } from "../../state/workspace";

export interface Ask {
  method: string;
  request: MethodRequest;
}

export interface Answer {
  document: ResultDocument | null;
  problem: ApiProblem | null;
}

export const NOTHING: Answer = { document: null, problem: null };

const KEPT = 600_000;

const answerQuery = (ask: Ask | null) =>
  queryOptions({
    queryKey: ["strata", ask?.method, ask?.request],
    queryFn: async ({ signal }) => (await runMethod(ask?.method ?? "", ask?.request ?? {}, {}, signal)).document,
    enabled: ask !== null,
    staleTime: Infinity,
    gcTime: KEPT,
    retry: false,
  });

const answerOf = ({ data, error }: { data?: ResultDocument; error: Error | null }): Answer => ({
  document: data ?? null,
  problem: error ? asProblem(error) : null,
});

export const useAnswer = (ask: Ask | null): Answer => answerOf(useQuery(answerQuery(ask)));

/** The answers in the order of what was asked; the same list as long as they are the same. */
export const useAnswers = (asks: readonly (Ask | null)[]): Answer[] =>
  useQueries({ queries: asks.map(answerQuery), combine: combineAnswers });

const combineAnswers = (results: { data?: ResultDocument; error: Error | null }[]) => results.map(answerOf);

export type AskFor = (method: string, params?: Record<string, JsonValue>) => Ask | null;

/** Makes requests about one side; null for a method that the server does not have or the model cannot run. */
export function useAsk(side: RunSide): AskFor {
  const methods = useMethods();
  const model = useModel();
  const scene = useWorkspace(
    useShallow(({ model: id, prompt, question, second }) => ({ model: id, prompt, question, second })),
  );
  return useCallback(
    (id, params = {}) => {
      const method = methods.find((one) => one.id === id);
      if (!method || !scene.model || lacking(method, model).length > 0) return null;
      return { method: id, request: requestOf(scene, { params }, method, side) };
    },
    [methods, model, scene, side],
  );
}

/** More layers and tokens than this are drawn as blocks while they are small; the output row is no layer. */
export const MOST = { rows: 65, columns: 256 };

export const isLarge = (rows: number, columns: number) => rows > MOST.rows || columns > MOST.columns;

/** The blocks of a large grid that the server has stored. */
export function usePooled(document: ResultDocument | null, rows: number, columns: number): ResultDocument | null {
  const [key] = document?.key.split("+") ?? [""];
  // A difference is made on this page, and a partial result is stored nowhere.
  const stored = document !== null && /^[0-9a-f]{16,}$/.test(key) && document.checks.length > 0;
  const { data } = useQuery({
    queryKey: ["pooled", key],
    queryFn: ({ signal }) => fetchPooled(key, MOST, signal),
    enabled: stored && isLarge(rows, columns),
    staleTime: Infinity,
    retry: false,
  });
  return data ?? null;
}

export interface Pooling {
  row: number;
  position: number;
  how: Record<string, string>;
}

/** What a block of a pooled document stands for; null for one of single cells. */
export function poolingOf(document: ResultDocument | null): Pooling | null {
  const found = document?.result.facts?.pooled as Partial<Pooling> | undefined;
  if (!found || typeof found.position !== "number") return null;
  const { row = 1, position, how } = found;
  return row > 1 || position > 1 ? { row, position, how: typeof how === "object" && how !== null ? how : {} } : null;
}
