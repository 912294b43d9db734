/** Texts from a file of one's own: lines, CSV or TSV with a column of prompts, JSON or JSON lines. */
import { t } from "../ui/i18n";
import "./textFileMessages";

export const ACCEPTED = ".txt,.csv,.tsv,.json,.jsonl,.ndjson";
const MOST_BYTES = 5_000_000;
const COLUMNS = ["prompt", "text"];

/** What is wrong with a file, in a sentence for whoever chose it. */
export class UnreadableFile extends Error {}

/** The texts in a file, in its order, those without anything but spaces left out. Rejects with `UnreadableFile`. */
export async function textsIn(file: File): Promise<string[]> {
  if (file.size > MOST_BYTES)
    throw new UnreadableFile(t("app.form.file.large", { size: file.size / 1e6, most: MOST_BYTES / 1e6 }));
  const texts = (await read(file.name.toLowerCase(), await file.text())).filter((text) => text.trim() !== "");
  if (texts.length === 0) throw new UnreadableFile(t("app.form.file.none", { name: file.name }));
  return texts;
}

async function read(name: string, content: string): Promise<string[]> {
  const plain = content.replace(/^\ufeff/, "");
  const lines = plain.split(/\r?\n/);
  if (/\.(csv|tsv)$/.test(name)) return table(plain);
  if (name.endsWith(".json")) return json(plain);
  if (/\.(jsonl|ndjson)$/.test(name))
    return lines.flatMap((line, i) => (line.trim() === "" ? [] : [textOf(parsed(line, i + 1), i + 1)]));
  return lines;
}

async function table(content: string): Promise<string[]> {
  const { parse } = await import("papaparse");
  const { data } = parse<string[]>(content, { skipEmptyLines: "greedy" });
  const header = (data[0] ?? []).map((cell) => cell.trim().toLowerCase());
  const named = COLUMNS.map((column) => header.indexOf(column)).find((index) => index >= 0);
  return (named === undefined ? data : data.slice(1)).map((row) => row[named ?? 0] ?? "");
}

function json(content: string): string[] {
  const found = parsed(content, 1);
  if (!Array.isArray(found)) throw new UnreadableFile(t("app.form.file.list"));
  return found.map((item, i) => textOf(item, i + 1));
}

function parsed(content: string, line: number): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    throw new UnreadableFile(t("app.form.file.json", { line }));
  }
}

/** A text, or an entry that has one under a name. */
function textOf(item: unknown, number: number): string {
  if (typeof item === "string") return item;
  const entry = (item ?? {}) as Record<string, unknown>;
  const text = COLUMNS.map((column) => entry[column]).find((value) => typeof value === "string");
  if (typeof text !== "string") throw new UnreadableFile(t("app.form.file.entry", { number }));
  return text;
}
