/** The tokens of the text in the editor: from the server's tokenizer, or from the newest result about the same text. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState } from "react";
import { tokensQuery } from "../api/queries";
import type { Token } from "../kinds/types";
import type { MethodRequest } from "../api/types";
import { isChat, isEmptyPrompt, type Prompt } from "./prompt";
import type { RunSide } from "./request";
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
function useTokensOfResults(model: string, prompt: Prompt): Token[] | null {
  return useRuns(({ runs }) => {
    for (const { shown } of Object.values(runs)) {
      if (!shown || shown.request.model !== model || !asks(shown.request, prompt)) continue;
      const { tokens, total } = shown.document.result;
      if (tokens.length > 0 && (total.position ?? tokens.length) === tokens.length) return tokens;
    }
    return null;
  });
}

/** Whether a request is about a prompt, and about no other one beside it. */
const asks = (request: MethodRequest, prompt: Prompt): boolean =>
  isChat(prompt)
    ? request.prompt === undefined && JSON.stringify(request.messages) === JSON.stringify(prompt)
    : request.prompt === prompt;

export interface Tokens {
  tokens: Token[];
  /** Whether they belong to an earlier text, while the newest is on its way. */
  behind: boolean;
}

/** The tokens of one side's draft. */
export function useTokens(side: RunSide = "a"): Tokens {
  const model = useWorkspace(({ model: first, second }) => (side === "b" && second?.model) || first);
  const draft = useWorkspace((workspace) => (side === "b" ? (workspace.second?.draft ?? "") : workspace.draft));
  const settled = useSettled(draft);
  const known = useTokensOfResults(model, draft);
  const empty = isEmptyPrompt(draft);
  const { data, isPlaceholderData } = useQuery({
    ...tokensQuery(model, settled),
    enabled: model !== "" && !isEmptyPrompt(settled) && known === null,
    placeholderData: (previous: Token[] | undefined) => previous,
  });
  const tokens = useDeferredValue(empty ? NONE : (known ?? data ?? NONE));
  return { tokens, behind: known === null && !empty && (isPlaceholderData || settled !== draft) };
}
