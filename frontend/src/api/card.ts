/** Model cards: how a bundled model was made, what it was measured to do, and what does not hold on it. */
import { queryOptions } from "@tanstack/react-query";
import { API, json } from "./client";
import type { components } from "./schema";
import type { JsonValue } from "./types";

/** How a model was made, by name: numbers, texts, groups of them, and under `history` how its loss fell. */
export type Training = Record<string, JsonValue>;

/** One measured number with the bounds it has to keep; `holds` is null for a number without bounds. */
export type CardNumber = components["schemas"]["CardNumber"];
export type Counterfinding = components["schemas"]["Counterfinding"];
export type ModelCard = Omit<components["schemas"]["ModelCard"], "training"> & { training: Training };

/** The code of the answer for a model without a card. */
export const NO_CARD = "no_card";

export const cardQuery = (model: string) =>
  queryOptions({
    queryKey: ["models", model, "card"],
    queryFn: ({ signal }) => json<ModelCard>(`${API}/models/${encodeURIComponent(model)}/card`, { signal }),
    staleTime: Infinity,
  });
