/**
 * The first screen as it was computed when the page was built: what lets it be read before any model is in memory.
 *
 * Everything in it is what the server would answer. It is only ever a head start: the server is asked all the same.
 */
import type { ResultDocument, Token } from "../kinds/types";
import { json } from "./client";
import type { Catalogue, Example, MethodRequest, Model } from "./types";

export interface FirstScreen {
  catalogue: Catalogue;
  examples: Example[];
  model: Model;
  tokens: Token[];
  requests: { method: string; request: MethodRequest; key: string }[];
  documents: Record<string, ResultDocument>;
}

export const fetchFirstScreen = (): Promise<FirstScreen> => json<FirstScreen>("/first-screen.json");
