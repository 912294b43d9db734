/** A stored grid, or a part of it, shrunk by the server to at most so many rows and columns. */
import type { ResultDocument } from "../kinds/types";
import { API } from "./client";
import { fetchDocument } from "./runs";

export interface PooledSize {
  rows: number;
  columns: number;
}

export const fetchPooled = (
  key: string,
  { rows, columns }: PooledSize,
  signal?: AbortSignal,
): Promise<ResultDocument> =>
  fetchDocument(`${API}/results/${encodeURIComponent(key)}/pooled?rows=${rows}&columns=${columns}`, signal);
