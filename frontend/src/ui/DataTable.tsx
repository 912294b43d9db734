import { useState } from "react";
import "./DataTable.css";
import { t } from "./i18n";
import { decimal, MINUS, scientific } from "./numbers";

export interface DataColumn {
  name: string;
  label: string;
  numeric: boolean;
}

export interface DataTableProps {
  label: string;
  columns: readonly DataColumn[];
  rows: readonly (readonly Cell[])[];
}

const ROW = 26;
const WINDOW = 20;
const BEFORE = 6;

type Cell = string | number | null;

/** How many decimals the rows in sight ask for, the same all the way down a column. */
function decimalsOf(rows: readonly (readonly Cell[])[], column: number): number {
  const numbers = rows.map((row) => row[column]).filter((value) => typeof value === "number");
  if (numbers.every(Number.isInteger)) return 0;
  const largest = Math.max(...numbers.map(Math.abs));
  return largest >= 100 ? 1 : largest >= 10 ? 2 : 3;
}

function cellText(value: Cell, decimals: number): string {
  if (value === null) return decimal(null);
  if (typeof value === "string") return value;
  if (decimals === 0) return String(value).replace("-", MINUS);
  return value === 0 || Math.abs(value) >= 0.001 ? decimal(value, decimals) : scientific(value);
}

/** A table of any length: only the rows in view are elements. */
export function DataTable({ label, columns, rows }: DataTableProps) {
  const [first, setFirst] = useState(0);
  const start = Math.max(0, Math.min(first - BEFORE, rows.length - 1));
  const end = Math.min(rows.length, first + WINDOW + BEFORE);
  const visible = rows.slice(start, end);
  const decimals = columns.map((_, column) => decimalsOf(visible, column));
  return (
    <div>
      {/* A scrolling region must be reachable by keyboard. */}
      <div
        className="data-table"
        role="region"
        aria-label={label}
        tabIndex={0}
        onScroll={(event) => setFirst(Math.floor(event.currentTarget.scrollTop / ROW))}
      >
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.name} scope="col" className={column.numeric ? "number" : undefined}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Space rows={start} columns={columns.length} />
            {visible.map((row, i) => (
              <tr key={start + i} aria-rowindex={start + i + 2}>
                {row.map((value, column) => (
                  <td key={columns[column].name} className={columns[column].numeric ? "number" : undefined}>
                    {cellText(value, decimals[column])}
                  </td>
                ))}
              </tr>
            ))}
            <Space rows={rows.length - end} columns={columns.length} />
          </tbody>
        </table>
      </div>
      <p className="xs ink-3" style={{ marginTop: 6 }}>
        {t("ui.table.rows", { count: rows.length })}
      </p>
    </div>
  );
}

function Space({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr className="data-space" aria-hidden="true">
      <td colSpan={columns} style={{ height: rows * ROW }} />
    </tr>
  );
}
