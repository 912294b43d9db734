/** What is open in the view and how its cells are told, as words that the address keeps: `open:8.9~text:value`. */
import { useMemo } from "react";
import { useLayout } from "../../state/layout";

export const TEXTS = ["token", "value", "none"] as const;
export const LENSES = ["raw", "tuned", "difference"] as const;
export type CellText = (typeof TEXTS)[number];
export type Lens = (typeof LENSES)[number];

export interface StrataView {
  /** Layers whose seam is open, beside that of a pinned head. */
  open: readonly number[];
  text: CellText;
  /** Null: that of the panel. */
  lens: Lens | null;
  /** From which weight on links are drawn. */
  least: number;
}

export const LEAST = 0.12;
export const INITIAL: StrataView = { open: [], text: "token", lens: null, least: LEAST };

const MOST_OPEN = 200;

export function readView(words: string): StrataView {
  const said = new Map(words.split("~").map((word) => word.split(":", 2) as [string, string | undefined]));
  const one = <T extends string>(name: string, known: readonly T[]) => known.find((value) => value === said.get(name));
  const least = Number(said.get("least") ?? Number.NaN);
  const open = (said.get("open") ?? "").split(".").filter((layer) => /^\d{1,4}$/.test(layer));
  return {
    open: [...new Set(open.map(Number))].slice(0, MOST_OPEN),
    text: one("text", TEXTS) ?? INITIAL.text,
    lens: one("lens", LENSES) ?? INITIAL.lens,
    least: least >= 0 && least <= 1 ? least : LEAST,
  };
}

export function writeView({ open, text, lens, least }: StrataView): string {
  return [
    open.length > 0 && `open:${[...open].sort((a, b) => a - b).join(".")}`,
    text !== INITIAL.text && `text:${text}`,
    lens && `lens:${lens}`,
    least !== LEAST && `least:${Number(least.toFixed(3))}`,
  ]
    .filter(Boolean)
    .join("~");
}

export const useStrataView = (): StrataView => {
  const words = useLayout((layout) => layout.view);
  return useMemo(() => readView(words), [words]);
};

export function changeView(change: Partial<StrataView>): void {
  const { view, setView } = useLayout.getState();
  setView(writeView({ ...readView(view), ...change }));
}

/** Open a layer, or close it. Returns whether it is open now. */
export function toggleLayer(layer: number): boolean {
  const { open } = readView(useLayout.getState().view);
  const opens = !open.includes(layer);
  changeView({ open: opens ? [...open, layer] : open.filter((other) => other !== layer) });
  return opens;
}
