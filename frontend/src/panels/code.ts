/** The same numbers from a terminal, a script or a notebook. */
import type { JsonValue, MethodRequest } from "../api/types";

export type Language = "curl" | "python" | "notebook";

export function codeFor(language: Language, server: string, method: string, request: MethodRequest): string {
  const address = `${server}/api/v1/methods/${method}`;
  if (language === "curl") {
    const body = quoteShell(JSON.stringify(request, null, 2));
    return [`curl -sS ${quoteShell(address)} \\`, `  -H 'Content-Type: application/json' \\`, `  -d ${body}`].join(
      "\n",
    );
  }
  const call = [
    "import httpx",
    "",
    `server = ${python(server)}`,
    `request = ${python(request)}`,
    `answer = httpx.post(f"{server}/api/v1/methods/${method}", json=request, timeout=None)`,
    "document = answer.raise_for_status().json()",
  ];
  if (language === "python") return [...call, `result = document["result"]`, `print(result["summary"])`].join("\n");
  const drawing = [
    "import plotly.graph_objects as go",
    "",
    `figure = httpx.get(f"{server}/api/v1/results/{document['key']}/figure").json()`,
    "go.Figure(figure)",
  ];
  return [...call, "", ...drawing].join("\n");
}

const quoteShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A JSON value as a Python literal. */
function python(value: JsonValue, indent = ""): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  // Python reads every escape that JSON writes; a lone surrogate stays an escape.
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  if (Array.isArray(value)) return `[${value.map((item) => python(item, inner)).join(", ")}]`;
  const lines = Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${python(item, inner)},`);
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}
