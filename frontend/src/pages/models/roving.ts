/** Moving the focus among the dots of the matrix with the keyboard. */

/** A dot: the question's row, the model's column, and its place among the methods of the question. */
export interface Place {
  row: number;
  column: number;
  index: number;
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));

/**
 * Where a key leads from a dot; null when it is no key of the grid. `counts` holds the dots that each cell of a row has.
 * Left and right run through the whole row, from model to model.
 */
export function moved(
  { key, ctrlKey, metaKey }: { key: string; ctrlKey: boolean; metaKey: boolean },
  { row, column, index }: Place,
  counts: readonly number[],
  columns: number,
): Place | null {
  const along = (to: number): Place => {
    const at = clamp(to, columns * counts[row] - 1);
    return { row, column: Math.floor(at / counts[row]), index: at % counts[row] };
  };
  const across = (to: number): Place => {
    const next = clamp(to, counts.length - 1);
    return { row: next, column, index: Math.min(index, counts[next] - 1) };
  };
  const here = column * counts[row] + index;
  const far = ctrlKey || metaKey;
  if (key === "ArrowRight") return along(here + 1);
  if (key === "ArrowLeft") return along(here - 1);
  if (key === "ArrowDown") return across(row + 1);
  if (key === "ArrowUp") return across(row - 1);
  if (key === "Home") return far ? { row: 0, column: 0, index: 0 } : along(0);
  if (key === "End") {
    const last = far ? counts.length - 1 : row;
    return { row: last, column: columns - 1, index: counts[last] - 1 };
  }
  return null;
}
