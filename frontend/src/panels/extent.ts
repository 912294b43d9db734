/** How large figures of the present model and prompt will be, before there are any. */
import { useModel } from "../state/catalogue";
import { useTokens } from "../state/tokens";

export interface Extent {
  layers: number;
  heads: number;
  tokens: number;
}

/** What a small model and a short sentence have. */
const UNKNOWN: Extent = { layers: 6, heads: 8, tokens: 12 };

export function useExtent(): Extent {
  const model = useModel();
  const { tokens } = useTokens();
  return {
    layers: model?.layers ?? UNKNOWN.layers,
    heads: model?.heads ?? UNKNOWN.heads,
    tokens: tokens.length || UNKNOWN.tokens,
  };
}
