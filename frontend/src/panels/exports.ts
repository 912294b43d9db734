/** Files of a result, as the server writes them. */
import { API } from "../api/client";
import type { ResultDocument } from "../kinds/types";

export type Extension = "csv" | "json" | "html";

export interface ExportFile {
  extension: Extension;
  address: string;
  name: string;
}

/** "stratascope-lens-logit-lens-specimen-4f1c22.csv". */
export const fileName = (document: ResultDocument, extension: Extension): string =>
  ["stratascope", document.method, document.model.id, document.key.slice(0, 6)].join("-").replaceAll(/[^\w.-]+/g, "-") +
  `.${extension}`;

export const exportsOf = (document: ResultDocument): ExportFile[] => [
  { extension: "csv", address: `${API}/results/${document.key}.csv`, name: fileName(document, "csv") },
  { extension: "json", address: `${API}/results/${document.key}`, name: fileName(document, "json") },
  { extension: "html", address: `${API}/results/${document.key}.html`, name: fileName(document, "html") },
];

export function save({ address, name }: Pick<ExportFile, "address" | "name">): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
