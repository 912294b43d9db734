/** One small document of every kind, in the order in which they are told. All numbers are made up. */
import { headGrid, headMatrices, patchGrid, similarity, tokenGrid } from "./grids";
import { featureList, histogram, layerCurve, table, tokenScores } from "./lists";
import type { Sample } from "./make";
import { flowGraph, scatter, textPair } from "./planes";

export type { Sample } from "./make";
export { nested, PROMPT, sample } from "./make";

export const SAMPLES: readonly Sample[] = [
  tokenGrid(),
  headMatrices(),
  headGrid(),
  tokenScores(),
  layerCurve(),
  featureList(),
  patchGrid(),
  similarity(),
  scatter(),
  flowGraph(),
  textPair(),
  histogram(),
  table(),
];
