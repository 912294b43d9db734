/** The names of rows and columns. They stay at the edges of the frame while the cells are scrolled. */
import {
  bodyOf,
  bottomY,
  columnX,
  fromTop,
  labelEvery,
  rectOf,
  textIn,
  topY,
  visibleColumns,
  visibleRows,
  type Layout,
  type Mark,
} from "./layout";
import type { GridData, View } from "./paint";
import { clipText, clipTexts, drawLabel, fonts, textWidth, type Label } from "./text";

type Context = CanvasRenderingContext2D;

/** Between the names of rows and the cells. */
const ROW_SPACE = 8;
const WIDEST_GUTTER = 88;
const WIDEST_NAME = 96;
const LINE = 13;

const secondLine = ({ columnsBelow }: GridData) => columnsBelow?.some((label) => label !== null) ?? false;

/** Room below the cells: tokens and their numbers, a line more where a second run has other tokens. */
export function axisHeight(data: GridData): number {
  if (!data.columnLabels) return data.columnIndices ? 18 : 0;
  return secondLine(data) ? 32 + LINE : 32;
}

/** Room left of the cells. */
export function gutterWidth(context: Context, data: GridData, font: string): number {
  context.font = font;
  const names = data.between ? [...data.rowLabels, data.between.widest] : data.rowLabels;
  const widest = Math.max(0, ...names.map((label) => textWidth(context, label)));
  return Math.min(WIDEST_GUTTER, Math.ceil(widest) + ROW_SPACE + 4);
}

const axisTop = (layout: Layout) => {
  const body = bodyOf(layout);
  return body.y + body.height;
};

export function drawAxes(context: Context, view: View): void {
  context.textBaseline = "middle";
  drawRowNames(context, view);
  view.data.between?.name(context, view);
  drawColumnNames(context, view);
}

function drawRowNames(context: Context, { data, layout, palette, scroll }: View) {
  const every = labelEvery(layout.cell.height, LINE);
  const [top, bottom] = visibleRows(layout, scroll);
  const body = bodyOf(layout);
  const last = layout.rows - 1;
  context.font = fonts(palette).axis;
  context.fillStyle = palette.text3;
  context.textAlign = "right";
  for (let down = top; down <= bottom; down++) {
    const row = fromTop(layout, down);
    const crowded = row !== last && last - row < every && last % every !== 0;
    if ((row % every !== 0 || crowded) && row !== last) continue;
    const y = (topY(layout, down, scroll) + bottomY(layout, down, scroll)) / 2;
    if (y < body.y + 4 || y > body.y + body.height - 2) continue;
    context.fillText(
      clipText(context, data.rowLabels[row] ?? "", layout.gutter - ROW_SPACE),
      layout.gutter - ROW_SPACE,
      y,
    );
  }
}

function drawColumnNames(context: Context, view: View) {
  const { data, layout, palette, scroll, gap } = view;
  if (layout.axis <= 0) return;
  const body = bodyOf(layout);
  const [left, right] = visibleColumns(layout, scroll);
  const names = textIn(layout) === "all" ? data.columnLabels : undefined;
  const every = labelEvery(layout.cell.width, names ? 0 : 26);
  const columns = Array.from({ length: right - left + 1 }, (_, i) => left + i);
  const middle = (column: number) => (columnX(layout, column, scroll) + columnX(layout, column + 1, scroll) - gap) / 2;
  const lines = names ? [names, ...(secondLine(data) ? [data.columnsBelow ?? []] : [])] : [];
  context.save();
  context.beginPath();
  // The first name may be wider than its column.
  const before = scroll.x === 0 ? ROW_SPACE : 0;
  context.rect(body.x - before, axisTop(layout), body.width + before, layout.axis);
  context.clip();
  context.textAlign = "center";
  context.font = fonts(palette).token;
  const cut = clipTexts(
    context,
    columns.flatMap((column) => lines.flatMap((line) => line[column]?.text ?? [])),
    layout.cell.width - 1,
  );
  lines.forEach((line, i) => {
    context.fillStyle = i === 0 ? palette.text : palette.b;
    for (const column of columns) {
      const label = line[column];
      if (label) drawLabel(context, label, cut.get(label.text) ?? "", middle(column), axisTop(layout) + 11 + i * LINE);
    }
  });
  context.font = names ? fonts(palette).index : fonts(palette).axis;
  context.fillStyle = palette.text3;
  for (const column of columns) {
    if (column % every !== 0) continue;
    const text = data.columnIndices?.[column] ?? String(column);
    context.fillText(text, middle(column), axisTop(layout) + (data.columnLabels ? layout.axis - 8 : 10));
  }
  context.restore();
}

/** Prints the row's and the column's name stronger; a pinned column stands on accent. */
export function nameOnAxes(context: Context, view: View, mark: Mark, pinned: boolean): void {
  context.textBaseline = "middle";
  if (mark.row != null) nameRow(context, view, mark.row, pinned);
  if (mark.column != null) nameColumn(context, view, mark.column, pinned);
}

function nameRow(context: Context, { data, layout, palette, scroll }: View, row: number, pinned: boolean) {
  const rect = rectOf(layout, { row, column: null }, scroll);
  const body = bodyOf(layout);
  const y = rect && rect.y + rect.height / 2;
  if (y == null || y < body.y || y > body.y + body.height) return;
  context.fillStyle = palette.surface;
  context.fillRect(0, y - 8, layout.gutter - 4, 16);
  context.font = pinned ? fonts(palette).strong : fonts(palette).axis;
  context.textAlign = "right";
  context.fillStyle = palette.text;
  context.fillText(
    clipText(context, data.rowLabels[row] ?? "", layout.gutter - ROW_SPACE),
    layout.gutter - ROW_SPACE,
    y,
  );
}

function nameColumn(context: Context, view: View, column: number, pinned: boolean) {
  const { data, layout, palette, scroll, gap } = view;
  const rect = layout.axis > 0 && rectOf(layout, { row: null, column }, scroll);
  if (!rect || rect.x + rect.width < layout.gutter || rect.x > layout.stage.width) return;
  const font = fonts(palette);
  const lines = [data.columnLabels?.[column], data.columnsBelow?.[column]].filter((label): label is Label => !!label);
  context.font = pinned ? font.strongToken : font.token;
  const widest = Math.max(...lines.map(({ text }) => textWidth(context, text) + 8), 22);
  const width = Math.max(rect.width - gap, Math.min(WIDEST_NAME, widest));
  const middle = rect.x + (rect.width - gap) / 2;
  const x = Math.max(layout.gutter, Math.min(layout.stage.width - width, middle - width / 2));
  const top = axisTop(layout) + 2;
  context.fillStyle = pinned ? palette.accentSoft : palette.surface;
  context.beginPath();
  context.roundRect(x, top, width, layout.axis - 2, 4);
  context.fill();
  context.textAlign = "center";
  lines.forEach((label, i) => {
    context.fillStyle = pinned ? palette.accent : i === 0 ? palette.text : palette.b;
    drawLabel(context, label, clipText(context, label.text, width - 2), x + width / 2, top + 9 + i * LINE);
  });
  context.font = lines.length > 0 ? font.index : pinned ? font.strong : font.axis;
  context.fillStyle = pinned && lines.length === 0 ? palette.accent : palette.text2;
  const index = data.columnIndices?.[column] ?? String(column);
  context.fillText(index, x + width / 2, lines.length > 0 ? top + layout.axis - 10 : top + 8);
}
