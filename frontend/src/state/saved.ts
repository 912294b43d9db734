/** What a saved analysis keeps beside its results: enough to show them without a model, a worker or the catalogue. */
import type { JsonValue, Method, NewAnalysis, SavedAnalysis } from "../api/types";
import { decodeAddress, encodeAddress, type Address } from "./address";
import { useRuns } from "./runs";
import { currentAddress } from "./snapshot";
import { useWorkspace, type PanelWidth } from "./workspace";

export interface SavedPanel {
  key: string;
  method: string;
  title: string;
  purpose: string;
  reading: string;
  papers: { title: string; year: number }[];
  width?: PanelWidth;
  quantity?: string;
}

const VERSION = 1;

/** The open results as an analysis to save; panels without a finished result are left out. */
export function analysisOf(methods: Method[], title: string, notes: string): NewAnalysis {
  const { panels } = useWorkspace.getState();
  const { runs } = useRuns.getState();
  const saved = panels.flatMap((panel): SavedPanel[] => {
    const shown = runs[panel.uid]?.shown;
    const method = methods.find(({ id }) => id === panel.method);
    if (!shown || shown.partial || !method) return [];
    const { purpose, reading, papers } = method;
    const { width, quantity } = panel;
    const look = { ...(width ? { width } : {}), ...(quantity ? { quantity } : {}) };
    return [{ key: shown.document.key, method: method.id, title: method.title, purpose, reading, papers, ...look }];
  });
  const workspace = { version: VERSION, address: encodeAddress(currentAddress()), panels: saved };
  return {
    title,
    notes,
    workspace: workspace as unknown as Record<string, JsonValue>,
    results: [...new Set(saved.map(({ key }) => key))],
  };
}

const wordsOf = (method: string) => {
  const words = (method.split("/").pop() ?? method).replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** The panels of a saved analysis; for one that was saved without the page, its results in order. */
export function savedPanels({ workspace, results }: SavedAnalysis): (SavedPanel & { href: string })[] {
  const listed = Array.isArray(workspace?.panels) ? (workspace.panels as unknown as SavedPanel[]) : [];
  const hrefs = new Map(results.map(({ key, href }) => [key, href]));
  const known = listed.filter((panel) => panel && typeof panel.title === "string" && hrefs.has(panel.key));
  const bare = results
    .filter(({ key }) => !known.some((panel) => panel.key === key))
    .map(({ key, method }): SavedPanel => ({
      key,
      method,
      title: wordsOf(method),
      purpose: "",
      reading: "",
      papers: [],
    }));
  return [...known, ...bare].map((panel) => ({ ...panel, href: hrefs.get(panel.key) ?? "" }));
}

export function savedAddress({ workspace }: SavedAnalysis): Address | null {
  return typeof workspace?.address === "string" ? decodeAddress(workspace.address) : null;
}
