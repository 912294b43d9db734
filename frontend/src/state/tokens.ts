/** The tokens of the text in the editor: from the server's tokenizer, or from the newest result about the same text. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState } from "react";
import { tokensQuery } from "../api/queries";
import type { Token } from "../kinds/types";
import { useRuns } from "./runs";
import { useWorkspace } from "./workspace";

const PAUSE = 180;

/** A value once it has stayed the same for a moment. */
function useSettled<T>(value: T, wait = PAUSE): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

const NONE: Token[] = [];

/** The tokens that a result about this model and text holds. */
function useTokensOfResults(model: string, text: string): Token[] | null {
  return useRuns(({ runs }) => {
    for (const { shown } of Object.values(runs)) {
      if (shown?.request.model !== model || shown.request.prompt !== text) continue;
      const { tokens, total } = shown.document.result;
      if (tokens.length > 0 && (total.position ?? tokens.length) === tokens.length) return tokens;
    }
    return null;
  });
}

export interface Tokens {
  tokens: Token[];
  /** Whether they belong to an earlier text, while the newest is on its way. */
  behind: boolean;
}

export function useTokens(): Tokens {
  const model = useWorkspace((workspace) => workspace.model);
  const draft = useWorkspace((workspace) => workspace.draft);
  const settled = useSettled(draft);
  const known = useTokensOfResults(model, draft);
  const { data, isPlaceholderData } = useQuery({
    ...tokensQuery(model, settled),
    enabled: model !== "" && settled !== "" && known === null,
    placeholderData: (previous: Token[] | undefined) => previous,
  });
  const tokens = useDeferredValue(draft === "" ? NONE : (known ?? data ?? NONE));
  return { tokens, behind: known === null && draft !== "" && (isPlaceholderData || settled !== draft) };
}
