/** What the grid draws: the cells of a lens, told as chosen, with what is open between rows. */
import type { Between, GridData, Pooled } from "../../charts/paint";
import type { GridModel } from "../../kinds/parts/gridModel";
import { stepped } from "../../kinds/parts/steps";
import { array } from "../../kinds/result";
import type { Quantity, ResultDocument } from "../../kinds/types";
import type { CellText } from "./viewState";
import { poolingOf } from "./source";

/** The blocks of a large grid on the scale of its cells. */
export function pooledSteps(
  document: ResultDocument | null,
  quantity: Quantity,
  limits: [number, number],
): Pooled | undefined {
  const pooling = poolingOf(document);
  if (!document || !pooling) return undefined;
  const values = array(document, quantity.name);
  const [rows, columns] = values.shape;
  if (!rows || !columns) return undefined;
  return {
    steps: stepped(quantity, values.data, limits).steps,
    rows,
    columns,
    down: pooling.row,
    across: pooling.position,
  };
}

export function dataOf(
  { data }: GridModel,
  text: CellText,
  between: Between | undefined,
  pooled: Pooled | undefined,
): GridData {
  const shown = { ...data, between, pooled };
  if (text === "token") return shown;
  const value = data.value;
  const label =
    text === "value" && value ? (row: number, column: number) => ({ text: value(row, column), lead: 0 }) : undefined;
  return { ...shown, label: label ?? (() => null), below: undefined };
}

/** Whether a lens reads the stream itself, so that a row is what enters a layer. */
export const readsStream = ({ result: { facts } }: ResultDocument): boolean =>
  facts?.site === undefined || facts.site === "resid_pre";

/** The layers that can be opened: those whose stream is drawn before and after them, in rows that follow each other. */
export function openableLayers(document: ResultDocument, rowIndices: readonly number[]): number[] {
  const { facts, coords, total } = document.result;
  const layers = (total?.row ?? coords.row?.length ?? rowIndices.length) - 1;
  // What layers write is asked of the unpatched run.
  if (!readsStream(document) || facts?.patched !== undefined) return [];
  return rowIndices.filter((layer, row) => layer < layers && rowIndices[row + 1] === layer + 1);
}

/** The layer that the name or a cell of a row opens: its own, and of the output row the last. */
export function layerOf(openable: readonly number[], rowIndex: number): number | null {
  if (openable.includes(rowIndex)) return rowIndex;
  return openable.includes(rowIndex - 1) ? rowIndex - 1 : null;
}
