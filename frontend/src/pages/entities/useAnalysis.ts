import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, type ApiProblem } from "../../api/client";
import { runMethod } from "../../api/runs";
import type { MethodRequest, RunProgress } from "../../api/types";
import type { ResultDocument } from "../../kinds/types";

export interface Analysis {
  method: string;
  /** What was asked; null while nothing is. */
  request: MethodRequest | null;
  document: ResultDocument | null;
  problem: ApiProblem | null;
  /** How far the work is, while it says so. */
  progress: RunProgress | null;
  retry: () => void;
}

/** One method's answer. The server keeps what it once computed, so a page that is opened again has it at once. */
export function useAnalysis(method: string, request: MethodRequest | null): Analysis {
  const [progress, setProgress] = useState<RunProgress | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["analysis", method, request],
    queryFn: async ({ signal }) =>
      (await runMethod(method, request ?? {}, { onProgress: setProgress }, signal)).document,
    enabled: request !== null,
    staleTime: Infinity,
    retry: false,
  });
  return {
    ...{ method, request, document: data ?? null, problem: error ? asProblem(error) : null },
    progress: data || error ? null : progress,
    retry: () => void refetch(),
  };
}
