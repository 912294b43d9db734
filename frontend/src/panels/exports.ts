/** A result as a file to keep. Every file says what was measured, of what, and whether it can be believed. */
import { fetchFile, fetchPlainDocument } from "../api/figures";
import { loadKind } from "../kinds";
import { chosen, limitsOf, find } from "../kinds/result";
import type { Cell, Check, FirstToken, FlatArray, Nested, ResultDocument, TableTwin, Theme } from "../kinds/types";
import type { Limits } from "./limits";
import { shortKey } from "./provenance";

export type Extension = "csv" | "json" | "png" | "svg" | "html";

/** What a file is made of: the result, and how it is looked at. */
export interface Shown {
  document: ResultDocument;
  title: string;
  /** Whether the document is a difference, which only this page has. */
  difference: boolean;
  quantity: string | undefined;
  limits: Limits | undefined;
  firstToken: FirstToken;
  selection: { pin: Cell | null; also: readonly Cell[]; range: [number, number] | null };
  theme: Theme;
  /** The element that holds the drawn figure. */
  figure: HTMLElement | null;
}

/** "stratascope-lens-logit-lens-specimen-4f1c22.csv". */
export const fileName = (document: ResultDocument, extension: Extension): string =>
  ["stratascope", document.method, document.model.id, ...shortKey(document.key, 6)]
    .join("-")
    .replaceAll(/[^\w.-]+/g, "-") + `.${extension}`;

/** Kinds that are words or flows: the library that draws the pictures knows neither. */
const WITHOUT_PICTURE = new Set(["table", "text_pair", "flow_graph"]);

/** The files there are. The server draws no difference, so one has no page of its own and no drawing in text. */
export function extensionsOf(kind: string, difference: boolean): Extension[] {
  if (difference) return ["csv", "json", "png"];
  return WITHOUT_PICTURE.has(kind) ? ["csv", "json", "html"] : ["csv", "json", "png", "svg", "html"];
}

/** Make the file and hand it over. Rejects when it cannot be made. */
export async function exportAs(extension: Extension, shown: Shown): Promise<void> {
  offer(await contentOf(extension, shown), fileName(shown.document, extension));
}

/** Hand over a part of a result as it stands in a table. */
export function saveTable(document: ResultDocument, table: TableTwin): void {
  offer(csvOf(table), fileName(document, "csv"));
}

function offer(content: Blob, name: string): void {
  const href = URL.createObjectURL(content);
  save({ address: href, name });
  // The browser reads the address after this task.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

async function contentOf(extension: Extension, shown: Shown): Promise<Blob> {
  const { document, difference } = shown;
  switch (extension) {
    case "csv":
      return difference ? tableFile(document) : fetchFile(document.key, "csv");
    case "html":
      return fetchFile(document.key, "html");
    case "json":
      return jsonFile(shown);
    default: {
      // Drawing needs a large library: it is fetched when the first picture is asked for.
      const { pictureOf } = await import("./picture");
      return pictureOf(extension, shown);
    }
  }
}

/** Offer an address of this server, or of this page, as a file. */
export function save({ address, name }: { address: string; name: string }): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** How the figure is looked at, beside the document. */
export interface View {
  title: string;
  quantity: string | null;
  scale: string | null;
  limits: [number, number] | null;
  first_token: FirstToken;
  selection: Shown["selection"];
  verdicts: Record<string, Check["verdict"]>;
}

export function viewOf({ document, title, quantity, limits, firstToken, selection }: Shown): View {
  const drawn = chosen(document, quantity);
  const values = drawn && find(document, drawn.name);
  return {
    title,
    quantity: drawn?.name ?? null,
    scale: drawn?.scale ?? null,
    limits: (drawn && limits?.[drawn.name]) ?? (values ? limitsOf(drawn, values.data) : null),
    first_token: firstToken,
    selection,
    verdicts: Object.fromEntries(document.checks.map(({ name, verdict }) => [name, verdict])),
  };
}

async function jsonFile(shown: Shown): Promise<Blob> {
  const { document, difference } = shown;
  const plain = difference ? plainDocument(document) : await fetchPlainDocument(document.key);
  return new Blob([JSON.stringify({ ...plain, view: viewOf(shown) })], { type: "application/json" });
}

const isFlat = (value: unknown): value is FlatArray =>
  typeof value === "object" && value !== null && "data" in value && "shape" in value && ArrayBuffer.isView(value.data);

/** A document whose flat arrays are nested lists, as REST writes them; what is undefined is null. */
export function plainDocument(document: ResultDocument): ResultDocument {
  const entries = Object.entries(document.result).map(([name, value]) => [name, isFlat(value) ? nested(value) : value]);
  return { ...document, result: Object.fromEntries(entries) as ResultDocument["result"] };
}

function nested({ data, shape }: FlatArray): Nested {
  let at = 0;
  const level = (axis: number): Nested => {
    if (axis < shape.length) return Array.from({ length: shape[axis] }, () => level(axis + 1));
    const value = data[at++];
    return Number.isFinite(value) ? value : null;
  };
  return level(0);
}

async function tableFile(document: ResultDocument): Promise<Blob> {
  const { toTable } = await loadKind(document.result.kind);
  return csvOf(toTable?.(document) ?? { columns: [], rows: [] });
}

function csvOf(twin: TableTwin): Blob {
  const lines = [twin.columns.map(({ name }) => name), ...twin.rows].map((row) => row.map(csvCell).join(","));
  return new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
}

/** One cell; text that a spreadsheet would run as a formula begins with an apostrophe. */
export function csvCell(value: string | number | null): string {
  if (value === null || typeof value === "number") return value === null || Number.isNaN(value) ? "" : String(value);
  const guarded = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
