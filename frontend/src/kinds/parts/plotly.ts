/** Plotly, loaded when the first curve is drawn, and kept from writing style elements, which the content policy refuses. */

export interface PlotAxis {
  _offset: number;
  _length: number;
  l2p(value: number): number;
  type?: string;
}

export type PlotElement = HTMLElement & { _fullLayout?: Record<string, unknown> };

export interface Plotly {
  react(element: HTMLElement, data: unknown[], layout: unknown, config: unknown): Promise<PlotElement>;
  purge(element: HTMLElement): void;
}

/** Ids under which the library looks for its style elements before it adds them. */
const STYLE_IDS = ["plotly.js-style-global", "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"];

function standInForStyles() {
  for (const id of STYLE_IDS) {
    if (document.getElementById(id)) continue;
    const stand = document.createElement("template");
    stand.id = id;
    stand.className = "no-inline-styles";
    document.head.append(stand);
  }
}

let loading: Promise<Plotly> | undefined;

export function loadPlotly(): Promise<Plotly> {
  standInForStyles();
  loading ??= import("plotly.js-cartesian-dist-min").then((module) => module.default as Plotly);
  return loading;
}

/** Text exactly as it is: the library reads a kind of markup in labels and templates. */
export function plotText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("%{", "%&#123;")
    .replaceAll("\n", "\u21b5");
}
