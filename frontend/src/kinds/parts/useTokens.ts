import { useMemo } from "react";
import { indices, otherTokens, positionTokens } from "../result";
import type { ResultDocument } from "../types";

/** Tokens, their positions and what stands there in the other run. */
export function useTokens(document: ResultDocument, length: number) {
  return useMemo(
    () => ({
      tokens: positionTokens(document, length),
      others: otherTokens(document, length),
      positions: indices(document, "position", length),
    }),
    [document, length],
  );
}
