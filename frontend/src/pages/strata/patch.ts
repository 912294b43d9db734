/** One cell put in the place of another: which cells can be, what the server is asked, and what its answer says. */
import type { JsonValue } from "../../api/types";
import type { Mark } from "../../charts/layout";
import type { Places } from "../../kinds/parts/gridModel";
import { entryOf } from "../../kinds/result";
import type { Cell, ResultDocument, Token } from "../../kinds/types";
import type { RunSide } from "../../state/request";
import { t } from "../../ui/i18n";
import { tokenText } from "../../ui/tokenText";
import { readsStream } from "./model";

export interface PatchCell {
  side: RunSide;
  layer: number;
  position: number;
  token: { text: string };
}

export interface Patched {
  source: PatchCell;
  patched: PatchCell;
  cone: { cells: number; changed: number };
  answer: string;
  foil: string;
  before: number;
  after: number;
}

/** What a patched run says of itself; null for any other document. */
export function patchedOf({ result }: ResultDocument): Patched | null {
  const facts = result.facts as
    | (Pick<Patched, "source" | "patched" | "cone"> & {
        answer: Token[];
        foil: Token[];
        logit_diff: { before: number; after: number };
      })
    | undefined;
  if (!facts?.patched || !facts.source) return null;
  const { source, patched, cone, answer, foil, logit_diff: diff } = facts;
  const named = (tokens: Token[]) => tokens.map((token) => tokenText(token, 20)).join(" ");
  return { source, patched, cone, answer: named(answer), foil: named(foil), ...diff };
}

/** Why no cell of a grid can be patched; null where cells can. */
export function refusalOf(document: ResultDocument, apart: boolean): string | null {
  if (apart) return t("strata.patch.apart");
  if (patchedOf(document)) return t("strata.patch.again");
  return readsStream(document) ? null : t("strata.patch.site");
}

/** How many layers a grid of the stream is of; its last row is the output. */
export const layersOf = ({ result }: ResultDocument, places: Places): number =>
  (result.total?.row ?? places.rowIndices.length) - 1;

/** The cell of a mark; null for a whole row or column, and for the output row, which nothing reads. */
export function cellOf(document: ResultDocument, places: Places, side: RunSide, mark: Mark | null): PatchCell | null {
  if (mark?.row == null || mark.column == null) return null;
  const layer = places.rowIndices[mark.row];
  if (layer >= layersOf(document, places)) return null;
  return { side, layer, position: places.positions[mark.column], token: { text: places.tokens[mark.column].text } };
}

export const isSame = (one: PatchCell, other: PatchCell): boolean =>
  one.side === other.side && one.layer === other.layer && one.position === other.position;

export const paramsOf = (source: PatchCell, target: PatchCell): Record<string, JsonValue> => ({
  side: target.side,
  layer: target.layer,
  position: target.position,
  source_side: source.side,
  source_layer: source.layer,
  source_position: source.position,
});

/** Where a cell is drawn in a grid. */
export function markOf(places: Places, { layer, position }: Pick<PatchCell, "layer" | "position">): Mark | null {
  const [row, column] = [entryOf(places.rowIndices, layer), entryOf(places.positions, position)];
  return row == null || column == null ? null : { row, column };
}

export const pinOf = ({ layer, position }: PatchCell): Cell => ({ row: layer, position });

/** "layer 3, token 5 ·John", with the side where there are two. */
export const nameOf = ({ side, layer, position, token }: PatchCell, sides: boolean): string =>
  t("strata.patch.cell", {
    side: sides ? side.toUpperCase() : "none",
    layer,
    position,
    token: tokenText(token, 20),
  });
