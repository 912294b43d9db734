/**
 * A saved analysis as a report: texts and panels in an order, a claim, and the results they show. It holds enough to be
 * read without a model, a worker or the catalogue. What a server answers may have been written by any version and by any
 * hand, so everything is read field by field.
 */
import type { AnalysisChanges } from "../api/analyses";
import type { JsonValue, Method, Model, NewAnalysis, SavedAnalysis, SavedResult } from "../api/types";
import { fieldsOf, tokenizersField, type Field } from "../forms/schema";
import type { ResultDocument } from "../kinds/types";
import { decodeAddress, encodeAddress, type Address } from "./address";
import { readClaim, type Claim } from "./claim";
import { promptText } from "./prompt";
import { secondOf, useRuns } from "./runs";
import { currentAddress } from "./snapshot";
import { useWorkspace, type Panel, type PanelWidth } from "./workspace";

/** A parameter that the panel's form shows; its value stands in the result's request. */
export type SavedField = Pick<Field, "name" | "label" | "initial">;

export interface SavedPanel {
  /** The result it shows: of the first side where two are compared, and of the second. */
  key: string;
  other?: string;
  method: string;
  title: string;
  purpose: string;
  reading: string;
  papers: { title: string; year: number }[];
  fields: SavedField[];
  width?: PanelWidth;
  quantity?: string;
  /** The text that stands before it, in Markdown. */
  before?: string;
  /** Whether the claim rests on it. */
  evidence?: boolean;
  /** Stored, but taken out of the report later on. */
  hidden?: boolean;
}

/** A panel of the report that is being written. */
export interface Block {
  id: string;
  panel: SavedPanel;
  included: boolean;
}

export interface Report {
  title: string;
  /** The title that was offered: one that was not changed follows the workbench. */
  offered: string;
  /** The text at the head, in Markdown. */
  notes: string;
  blocks: Block[];
  /** The text at the end, in Markdown. */
  after: string;
  claim: Claim | null;
  /** The state that the workbench opens with. */
  address: string;
  /** Largest difference between hooked and plain logits, by the model's id. */
  fidelity: Record<string, number>;
}

const VERSION = 2;
const TITLE_LENGTH = 80;

/** The open results as a report; what was already written about the same panels is kept. */
export function reportOf(methods: Method[], models: Model[], before: Report | null = null): Report {
  const workspace = useWorkspace.getState();
  const known = new Map(before?.blocks.map((block) => [block.id, block]));
  const order = [...known.keys()];
  const place = ({ id }: Block) => (known.has(id) ? order.indexOf(id) : order.length);
  const blocks = workspace.panels.flatMap((panel) => blockOf(panel, methods, known.get(panel.uid)) ?? []);
  const offered = workspace.title || promptText(workspace.prompt).trim().slice(0, TITLE_LENGTH);
  return {
    title: before && before.title !== before.offered ? before.title : offered,
    offered,
    notes: before?.notes ?? "",
    blocks: blocks.toSorted((a, b) => place(a) - place(b)),
    after: before?.after ?? "",
    claim: before?.claim ?? null,
    address: addressWithout(blocks.filter(({ included }) => !included)),
    fidelity: measuredFidelity(models),
  };
}

/** A panel with a finished result as a part of the report; null for one without. */
function blockOf(panel: Panel, methods: Method[], before: Block | undefined): Block | null {
  const { uid, title, width, quantity } = panel;
  const document = finishedResult(uid);
  const method = methods.find(({ id }) => id === panel.method);
  if (!document || !method) return null;
  const other = useWorkspace.getState().second ? finishedResult(secondOf(uid)) : null;
  const shown: SavedPanel = {
    key: document.key,
    ...(other ? { other: other.key } : {}),
    ...described(method, title),
    ...(width ? { width } : {}),
    ...(quantity ? { quantity } : {}),
    ...(before?.panel.before ? { before: before.panel.before } : {}),
    ...(before?.panel.evidence ? { evidence: true } : {}),
  };
  return { id: uid, panel: shown, included: before?.included ?? true };
}

function finishedResult(uid: string): ResultDocument | null {
  const shown = useRuns.getState().runs[uid]?.shown;
  return shown && !shown.partial ? shown.document : null;
}

/** The state of the workbench without the panels that are left out. */
function addressWithout(leftOut: readonly Block[]): string {
  const out = new Set(leftOut.map(({ id }) => id));
  const { panels } = useWorkspace.getState();
  const address = currentAddress();
  return encodeAddress({ ...address, panels: address.panels.filter((_, index) => !out.has(panels[index].uid)) });
}

function described(method: Method, name: string | undefined) {
  const { id, title, purpose, reading, papers, params } = method;
  const asked = [...fieldsOf(params), ...tokenizersField(method, "")];
  const fields = asked.map(({ name: field, label, initial }) => ({ name: field, label, initial }));
  return { method: id, title: name ?? title, purpose, reading, papers, fields };
}

/** What was measured of the models that the results are about, and of no other that the server has. */
function measuredFidelity(models: Model[]): Record<string, number> {
  const used = new Set(Object.values(useRuns.getState().runs).map(({ shown }) => shown?.document.model.id));
  const measured = models.flatMap(({ id, fidelity }) => {
    const difference = fidelity?.max_logit_difference;
    return used.has(id) && typeof difference === "number" ? [[id, difference]] : [];
  });
  return Object.fromEntries(measured) as Record<string, number>;
}

/** The panels of a report that are to be shown. */
export const includedPanels = ({ blocks }: Report): SavedPanel[] =>
  blocks.filter(({ included }) => included).map(({ panel }) => panel);

/** The keys of the results that panels show, each once. */
export const keysOf = (panels: readonly SavedPanel[]): string[] => [
  ...new Set(panels.flatMap(({ key, other }) => (other ? [key, other] : [key]))),
];

/** A report as the server is to keep it, with the results it shows. */
export function analysisOf(report: Report, untitled: string): NewAnalysis {
  const panels = includedPanels(report);
  return { ...written(report, panels, untitled), results: keysOf(panels) };
}

/** What was written anew in a report whose results are stored. */
export function changesOf(report: Report, untitled: string): AnalysisChanges {
  const panels = report.blocks.map(({ panel, included }) => (included ? panel : { ...panel, hidden: true }));
  return written(report, panels, untitled);
}

function written(report: Report, panels: SavedPanel[], untitled: string): AnalysisChanges {
  const { title, notes, after, claim, address, fidelity } = report;
  const workspace = { version: VERSION, address, panels, after, claim, fidelity };
  return { title: title.trim() || untitled, notes, workspace: workspace as unknown as Record<string, JsonValue> };
}

/** A saved analysis as the report it was saved from, to be written on. */
export function reportOfSaved(analysis: SavedAnalysis): Report {
  const { title, notes, workspace } = analysis;
  return {
    title,
    offered: title,
    notes,
    blocks: listedPanels(analysis).map(({ hidden, ...panel }, index) => ({
      id: `saved-${index}`,
      panel,
      included: !hidden,
    })),
    after: text(workspace?.after),
    claim: readClaim(workspace?.claim),
    address: text(workspace?.address),
    fidelity: savedFidelity(analysis),
  };
}

/** A panel of a saved analysis with the heads of its results: null for one that was saved without. */
export type ShownPanel = SavedPanel & { result: SavedResult | null; second: SavedResult | null };

/** The panels of a saved analysis in order, with the heads of their results. */
export function savedPanels(analysis: SavedAnalysis): ShownPanel[] {
  const heads = new Map(analysis.results.map((result) => [result.key, result]));
  const shown = listedPanels(analysis).filter(({ hidden }) => !hidden);
  return shown.map((panel) => ({
    ...panel,
    result: heads.get(panel.key) ?? null,
    second: heads.get(panel.other ?? "") ?? null,
  }));
}

/** The panels that were saved; for an analysis that was saved without the page, one for each of its results. */
function listedPanels({ workspace, results }: SavedAnalysis): SavedPanel[] {
  const listed = list(workspace?.panels)
    .map(readPanel)
    .filter((panel) => panel !== null);
  return listed.length > 0 ? listed : results.map(barePanel);
}

export const savedAddress = ({ workspace }: SavedAnalysis): Address | null =>
  typeof workspace?.address === "string" ? decodeAddress(workspace.address) : null;

export const savedClaim = ({ workspace }: SavedAnalysis): Claim | null => readClaim(workspace?.claim);

/** The text after the last panel. */
export const savedEnd = ({ workspace }: SavedAnalysis): string => text(workspace?.after);

export const savedFidelity = ({ workspace }: SavedAnalysis): Record<string, number> =>
  Object.fromEntries(
    Object.entries(fieldsIn(workspace?.fidelity)).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );

const WORDS_A_MINUTE = 220;
const SECONDS_A_PANEL = 20;

/** About how long the whole takes to read. */
export function readingMinutes(analysis: SavedAnalysis): number {
  const panels = savedPanels(analysis);
  const words = [analysis.notes, savedEnd(analysis), ...panels.map(({ before }) => before ?? "")]
    .join(" ")
    .split(/\s+/)
    .filter(Boolean).length;
  return Math.max(1, Math.round(words / WORDS_A_MINUTE + (panels.length * SECONDS_A_PANEL) / 60));
}

type Fields = Record<string, JsonValue>;

const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const fieldsIn = (value: JsonValue | undefined): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const list = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);

/** A panel from what an analysis was saved with; null for what is none. */
function readPanel(value: JsonValue): SavedPanel | null {
  const fields = fieldsIn(value);
  const { key, title, width } = fields;
  if (typeof key !== "string" || typeof title !== "string") return null;
  return {
    key,
    ...(text(fields.other) ? { other: text(fields.other) } : {}),
    method: text(fields.method),
    title,
    purpose: text(fields.purpose),
    reading: text(fields.reading),
    papers: list(fields.papers).flatMap((paper) => {
      const { title: name, year } = fieldsIn(paper);
      return typeof name === "string" && typeof year === "number" ? [{ title: name, year }] : [];
    }),
    fields: list(fields.fields).flatMap((field) => {
      const { name, label, initial } = fieldsIn(field);
      return typeof name === "string" && typeof label === "string" ? [{ name, label, initial: initial ?? null }] : [];
    }),
    ...(width === "half" || width === "full" ? { width } : {}),
    ...(text(fields.quantity) ? { quantity: text(fields.quantity) } : {}),
    ...(text(fields.before) ? { before: text(fields.before) } : {}),
    ...(fields.evidence === true ? { evidence: true } : {}),
    ...(fields.hidden === true ? { hidden: true } : {}),
  };
}

/** A panel for a result of which nothing but itself was saved. */
function barePanel({ key, method }: SavedResult): SavedPanel {
  const words = (method.split("/").pop() ?? method).replaceAll("-", " ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { key, method, title, purpose: "", reading: "", papers: [], fields: [] };
}

/** The head of a result as a document: everything but its arrays. */
export const headOf = (result: SavedResult): ResultDocument => result as unknown as ResultDocument;
