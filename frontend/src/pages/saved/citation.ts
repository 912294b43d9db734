/** How an analysis is cited: as a sentence, and for a bibliography. */
import { longDate } from "../../ui/dates";
import { t } from "../../ui/i18n";

export interface Cited {
  title: string;
  created: Date;
  address: string;
  /** The models it is about, with the versions it was computed with. */
  note: string;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

export function citationText({ title, created, address, note }: Cited): string {
  const date = longDate(created);
  return t("app.saved.citation", { title, date, note: note || "none", address });
}

export function bibtex({ title, created, address, note }: Cited): string {
  const [year, month] = [created.getUTCFullYear(), MONTHS[created.getUTCMonth()]];
  const key = `stratascope${year}${address
    .replace(/^.*\//, "")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 8)}`;
  const fields = [
    ["title", `{${forTex(title)}}`],
    ["howpublished", `{Stratascope analysis, \\url{${address}}}`],
    ["note", `{${forTex(note)}}`],
    ["year", `{${year}}`],
    ["month", month],
  ];
  return `@misc{${key},\n${fields.map(([name, value]) => `  ${name.padEnd(12)} = ${value},`).join("\n")}\n}`;
}

const TEX: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
};

/** Text as TeX reads it: its own characters are written out, line ends are spaces. */
const forTex = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\{}%$#_&~^]/g, (mark) => TEX[mark] ?? `\\${mark}`);
