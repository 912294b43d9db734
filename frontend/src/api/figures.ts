/** Stored results as figures and as files to keep. */
import type { Theme } from "../kinds/types";
import { API, json, send } from "./client";
import type { JsonValue } from "./types";

/** A plotly figure as the server draws it. */
export interface PlotFigure {
  data: { type?: string; [key: string]: unknown }[];
  layout: { height?: number; [key: string]: unknown };
}

const address = (key: string) => `${API}/results/${encodeURIComponent(key)}`;

export const fetchFigure = (key: string, theme: Theme): Promise<PlotFigure> =>
  json<PlotFigure>(`${address(key)}/figure?theme=${theme}`);

/** The document as REST answers it, arrays as nested lists. */
export const fetchPlainDocument = (key: string): Promise<Record<string, JsonValue>> =>
  json<Record<string, JsonValue>>(address(key));

/** The file the server makes of a result. */
export async function fetchFile(key: string, extension: "csv" | "html"): Promise<Blob> {
  const response = await send(`${address(key)}.${extension}`, { headers: { Accept: "*/*" } });
  return response.blob();
}
