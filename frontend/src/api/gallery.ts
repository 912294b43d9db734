/** The gallery: findings that are shipped with their results, recomputed on the bundled models. */
import { queryOptions } from "@tanstack/react-query";
import { API, json } from "./client";
import type { components } from "./schema";

export type Finding = components["schemas"]["Finding"];
export type Measure = components["schemas"]["FindingNumber"];
/** How a finding stands against its control. */
export type Holds = Finding["holds"];

export const galleryQuery = queryOptions({
  queryKey: ["gallery"],
  queryFn: async ({ signal }) => (await json<{ findings: Finding[] }>(`${API}/gallery`, { signal })).findings,
  staleTime: Infinity,
});

/** Where the result of a finding's picture lies: with its saved analysis, so that no worker is asked. */
export const pictureAddress = ({ analysis, thumbnail }: Finding): string =>
  `${API}/analyses/${encodeURIComponent(analysis)}/results/${encodeURIComponent(thumbnail)}`;
