/** What an open layer shows: the token that each write of attention and MLP promotes, and its effect where it is asked about. */
import { PENDING, stepCount, stepOf } from "../../charts/colour";
import type { HalfRow } from "../../charts/seam";
import type { Label } from "../../charts/paint";
import { LONGEST, type Places } from "../../kinds/parts/gridModel";
import { array, at, entryOf, find, indices, roundUp, texts, vocabularyToken } from "../../kinds/result";
import type { ResultDocument } from "../../kinds/types";
import { factNumber, factTexts } from "../../state/reading";
import { t } from "../../ui/i18n";
import { probability, signed } from "../../ui/numbers";
import { tokenLabel, tokenText } from "../../ui/tokenText";
import type { Answer } from "./source";

export const PARTS = ["mlp", "attn"] as const;
/** Parts of a layer as they stand from the top. */
export type Part = (typeof PARTS)[number];

const NEUTRAL = (stepCount("eff") - 1) / 2;
const RANKS = 3;

export interface Effects {
  /** The position that the question is about. */
  position: number;
  target: string;
  distractor: string;
  of: (part: Part, layer: number) => number;
  /** The largest, rounded up: the end of the scale. */
  most: number;
}

/** What each part of each layer adds to target − distractor, by an exact split of the answer at one position. */
export function effectsOf(document: ResultDocument | null): Effects | null {
  const position = factNumber(document?.result.facts.position);
  if (!document || position === null) return null;
  const parts = { attn: array(document, "attention"), mlp: array(document, "mlp") };
  const sizes = [...parts.attn.data, ...parts.mlp.data].map(Math.abs).filter(Number.isFinite);
  const { target, distractor } = document.result.facts;
  const named = (fact: unknown) =>
    factTexts(fact)
      .map((text) => tokenText({ text }, 20))
      .join(" ") || "\u2013";
  return {
    position,
    target: named(target),
    distractor: named(distractor),
    of: (part, layer) => at(parts[part], layer),
    most: roundUp(Math.max(...sizes, 0)),
  };
}

interface Said {
  text: string;
  probability: number;
}

/** The tokens that a write promotes most, when it is decoded alone. */
function saidIn(document: ResultDocument, layer: number, position: number): Said[] {
  const ids = find(document, "topk_ids");
  const names = texts(document, "topk_text");
  const shares = find(document, "topk_prob");
  const shape = ids?.shape ?? names?.shape;
  if (shape?.length !== 3) return [];
  const row = entryOf(indices(document, "row", shape[0]), layer);
  const column = entryOf(indices(document, "position", shape[1]), position);
  if (row === null || column === null) return [];
  return Array.from({ length: Math.min(RANKS, shape[2]) }, (_, rank) => {
    const flat = (row * shape[1] + column) * shape[2] + rank;
    const text = (ids && vocabularyToken(document, ids.data[flat])?.text) ?? names?.data[flat] ?? "";
    return { text, probability: shares ? at(shares, row, column, rank) : Number.NaN };
  });
}

/** One half-row: a cell per token, coloured where the question applies and neutral elsewhere. */
export function halfRow(
  part: Part,
  layer: number,
  { document }: Answer,
  effects: Effects | null,
  places: Places,
): HalfRow {
  const { columns, positions, tokens } = places;
  const steps = new Int8Array(columns).fill(document ? NEUTRAL : PENDING);
  const asked = effects ? entryOf(positions, effects.position) : null;
  const effect = effects?.of(part, layer) ?? Number.NaN;
  if (document && effects && asked !== null && Number.isFinite(effect))
    steps[asked] = stepOf("eff", effect, -effects.most, effects.most);
  const known = new Map<number, Label | null>();
  const label = (column: number): Label | null => {
    const [first] = document ? saidIn(document, layer, positions[column]) : [];
    return first ? tokenLabel({ text: first.text }, LONGEST) : null;
  };
  return {
    name: t(`strata.${part}`),
    steps,
    label(column) {
      let found = known.get(column);
      if (found === undefined) known.set(column, (found = label(column)));
      return found;
    },
    tip(column) {
      const position = positions[column];
      const said = document ? saidIn(document, layer, position) : [];
      const place = { name: t(`strata.write.${part}`), layer, position, token: tokenText(tokens[column], 20) };
      return [
        t("strata.write", place),
        document
          ? said.map((one) => `${tokenText({ text: one.text }, 16)} ${probability(one.probability)}`).join("  ")
          : t("strata.write.pending"),
        effects ? effectLine(effects, effect, position) : "",
      ].filter(Boolean);
    },
  };
}

function effectLine({ position, target, distractor }: Effects, effect: number, here: number): string {
  if (here !== position) return t("strata.write.elsewhere", { position });
  return t("strata.write.effect", { target, distractor, value: signed(effect) });
}
