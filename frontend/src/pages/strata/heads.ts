/** Pinned heads, and the links of one of them as the band between two rows draws them. */
import type { Band, SeamLink } from "../../charts/band";
import type { Places } from "../../kinds/parts/gridModel";
import { attentionOf, linksOf, type Attention, type Link } from "../../kinds/parts/patterns";
import { chosen } from "../../kinds/result";
import type { Cell, FirstToken, ResultDocument } from "../../kinds/types";
import { t } from "../../ui/i18n";
import { probability } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";

export interface Head {
  layer: number;
  head: number;
}

export const headName = ({ layer, head }: Head) => `${layer}.${head}`;

const sameHead = (one: Head, two: Head) => one.layer === two.layer && one.head === two.head;

/** The heads among the pins, each once; the first is the one that is drawn. */
export function pinnedHeads(pin: Cell | null, also: readonly Cell[]): Head[] {
  const heads = [pin, ...also].flatMap((cell) =>
    cell?.layer != null && cell.head != null ? [{ layer: cell.layer, head: cell.head }] : [],
  );
  return heads.filter((head, i) => heads.findIndex((other) => sameHead(other, head)) === i);
}

/** The head after this one in its layer, and after the last the first. */
export const headAfter = ({ layer, head }: Head, heads: number): Head => ({
  layer,
  head: (head + 1) % Math.max(1, heads),
});

/** More curves than this are a cloud, and take longer than a frame: the strongest are drawn. */
const MOST_LINKS = 4000;

export interface Links {
  drawn: SeamLink[];
  total: number;
  firstToken: FirstToken;
}

/** The links of the only head of a document from a weight on, by column; those to tokens that are not drawn are left out. */
export function linksIn(document: ResultDocument, places: Places, firstToken: FirstToken, least: number): Links {
  const quantity = chosen(document, undefined);
  if (!quantity) return { drawn: [], total: 0, firstToken };
  const attention: Attention = attentionOf(document, quantity, firstToken);
  const { shown, total } = linksOf(attention, 0, 0, least);
  const column = new Map(places.positions.map((position, i) => [position, i]));
  const seen = shown.length > MOST_LINKS ? strongest(shown, MOST_LINKS) : shown;
  const drawn = seen.flatMap(({ query, key, weight }) => {
    const [from, to] = [column.get(attention.queries[query]), column.get(attention.keys[key])];
    return from === undefined || to === undefined ? [] : [{ query: from, key: to, weight }];
  });
  return { drawn, total, firstToken: attention.firstToken };
}

/** The links above the weight that only so many exceed. */
function strongest(links: readonly Link[], most: number): Link[] {
  const least = Float64Array.from(links, ({ weight }) => weight).sort()[links.length - most];
  return links.filter(({ weight }) => weight >= least).slice(0, most);
}

/** The band of a head. */
export function bandOf(head: Head, links: Links | null, ghosts: readonly Links[], places: Places, least: number): Band {
  const drawn = links?.drawn ?? [];
  return {
    name: [headName(head), t("strata.attention")],
    links: drawn,
    ghosts: ghosts.flatMap((other) => other.drawn),
    weight: (weight) => probability(weight, 2),
    tip(column) {
      const own = drawn.filter(({ query }) => query === column).sort((one, two) => two.weight - one.weight);
      const token = (at: number) => tokenText(places.tokens[at], 16);
      return [
        t("strata.band.tip", { head: headName(head), token: token(column), position: places.positions[column] }),
        own.length === 0
          ? t("strata.band.nothing", { least: probability(least, 2) })
          : own
              .slice(0, 3)
              .map(({ key, weight }) => `${token(key)} ${probability(weight, 2)}`)
              .join("  "),
      ];
    },
  };
}
