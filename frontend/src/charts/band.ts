/** Where a head looks, as a band between two rows: curves from the token that looks (above) to the tokens looked at (below). */
import { columnX, visibleColumns, type Rect } from "./layout";
import type { Marks } from "./marks";
import type { View } from "./paint";
import { fonts } from "./text";

export interface SeamLink {
  /** Columns. */
  query: number;
  key: number;
  weight: number;
}

export interface Band {
  /** Two lines: "9.9", "attention". */
  name: readonly [string, string];
  links: readonly SeamLink[];
  /** Links of other pinned heads, drawn behind. */
  ghosts: readonly SeamLink[];
  /** Where the curves of the pinned query are told by their weight; all others are faint. */
  weight: (weight: number) => string;
  tip: (column: number) => readonly string[];
}

type Context = CanvasRenderingContext2D;

/** Height of the band, in pixels. */
export const BAND = 116;
const TOLD = 2;
const TAG = { width: 34, height: 16 };

/** How wide the curve of a weight is. */
export const linkWidth = (weight: number, pinned: boolean) =>
  pinned ? 1 + 7 * Math.min(1, Math.abs(weight)) : 0.6 + 2.5 * Math.min(1, Math.abs(weight));

/** The links of one query, strongest first. */
export const ofQuery = (links: readonly SeamLink[], query: number): SeamLink[] =>
  links.filter((link) => link.query === query).sort((one, two) => Math.abs(two.weight) - Math.abs(one.weight));

/** A curve from the middle of a column at the top to the middle of one at the bottom. */
function curve(context: Context, { layout, scroll, gap }: View, rect: Rect, { query, key }: SeamLink) {
  const middle = (column: number) => (columnX(layout, column, scroll) + columnX(layout, column + 1, scroll) - gap) / 2;
  const [from, to] = [middle(query), middle(key)];
  const [top, height] = [rect.y + 1, rect.height - 4];
  context.moveTo(from, top);
  context.bezierCurveTo(from, top + 0.62 * height, to, top + 0.38 * height, to, top + height);
}

function inside(context: Context, { x, y, width, height }: Rect, draw: () => void) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.lineCap = "round";
  draw();
  context.restore();
}

export function drawBand(context: Context, view: View, band: Band, rect: Rect) {
  const { layout, palette, gap } = view;
  context.fillStyle = palette.sunken;
  context.beginPath();
  context.roundRect(rect.x, rect.y + 1, Math.min(rect.width, layout.content.width) - gap, rect.height - 3, 3);
  context.fill();
  inside(context, rect, () => {
    context.strokeStyle = palette.forced ? palette.text : palette.fill.attn[7];
    for (const [links, alpha] of [
      [band.ghosts, 0.12],
      [band.links, 0.35],
    ] as const) {
      context.globalAlpha = alpha;
      for (const [width, alike] of byWidth(view, links)) {
        context.beginPath();
        context.lineWidth = width;
        for (const link of alike) curve(context, view, rect, link);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  });
}

const WIDTHS = 0.5;
/** In narrower cells faint links are thinner. */
const FULL_WIDTH = 28;
/** So many links are drawn while the grid moves. */
const QUICK = 200;

/** Faint links in classes of width, each of which is one stroke; those that neither begin nor end in the frame are left out. */
function byWidth({ layout, scroll, moving }: View, links: readonly SeamLink[]): Map<number, SeamLink[]> {
  const [left, right] = visibleColumns(layout, scroll);
  const seen = (column: number) => column >= left && column <= right;
  const thin = Math.min(1, layout.cell.width / FULL_WIDTH);
  const classes = new Map<number, SeamLink[]>();
  if (moving && links.length > QUICK) return classes;
  for (const link of links) {
    if (!seen(link.query) && !seen(link.key)) continue;
    const width = Math.max(WIDTHS, WIDTHS * Math.round((thin * linkWidth(link.weight, false)) / WIDTHS));
    const alike = classes.get(width);
    if (alike) alike.push(link);
    else classes.set(width, [link]);
  }
  return classes;
}

/** The columns whose links stand out: hovered ones less than pinned ones, which come last. */
export function markBand(context: Context, view: View, band: Band, rect: Rect, { pins = [], hover }: Marks) {
  const { palette } = view;
  const pinned = pins.find(({ column }) => column != null)?.column;
  const strong = (query: number | null | undefined, alpha: number) => {
    if (query == null) return;
    context.globalAlpha = alpha;
    for (const link of ofQuery(band.links, query).reverse()) {
      context.beginPath();
      context.strokeStyle = palette.forced ? palette.accent : palette.fill.attn[10];
      context.lineWidth = linkWidth(link.weight, true);
      curve(context, view, rect, link);
      context.stroke();
    }
    context.globalAlpha = 1;
  };
  inside(context, rect, () => {
    if (hover?.column !== pinned) strong(hover?.column, 0.55);
    strong(pinned, 0.95);
    if (pinned != null)
      for (const link of ofQuery(band.links, pinned).slice(0, TOLD)) tag(context, view, band, rect, link);
  });
}

/** The weight of a link, where it arrives. */
function tag(context: Context, { layout, palette, scroll, gap }: View, { weight }: Band, rect: Rect, link: SeamLink) {
  const middle = (columnX(layout, link.key, scroll) + columnX(layout, link.key + 1, scroll) - gap) / 2;
  const x = Math.max(rect.x + 1, Math.min(rect.x + rect.width - TAG.width - 1, middle - TAG.width / 2));
  const y = rect.y + rect.height - TAG.height - 8;
  context.font = fonts(palette).axis;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.beginPath();
  context.roundRect(x, y, TAG.width, TAG.height, 3);
  context.fillStyle = palette.surface;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = palette.line;
  context.stroke();
  context.fillStyle = palette.text;
  context.fillText(weight(link.weight), x + TAG.width / 2, y + TAG.height / 2 + 0.5);
}
