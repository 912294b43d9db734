import { useState, type UIEvent } from "react";
import type { TableTwin } from "../kinds/types";
import { t } from "../ui/i18n";
import { decimal } from "../ui/numbers";
import "./TableView.css";

const ROW = 26;
const VISIBLE = 14;
const SPARE = 10;

type Row = TableTwin["rows"][number];

/** How many decimals the rows in sight ask for, the same all the way down a column. */
function decimalsOf(rows: readonly Row[], column: number): number {
  const numbers = rows.map((row) => row[column]).filter((value) => typeof value === "number");
  if (numbers.every(Number.isInteger)) return 0;
  const largest = Math.max(...numbers.map(Math.abs));
  return largest >= 100 ? 1 : largest >= 10 ? 2 : 4;
}

const cellText = (value: string | number | null, decimals: number) =>
  typeof value === "number" ? decimal(value, decimals) : (value ?? "–");

/** The numbers of a figure. Only the rows in sight are in the page. */
export function TableView({ twin, label }: { twin: TableTwin; label: string }) {
  const [top, setTop] = useState(0);
  const { columns, rows } = twin;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(rows.length, first + VISIBLE + 2 * SPARE);
  const visible = rows.slice(first, last);
  const decimals = columns.map((_, column) => decimalsOf(visible, column));
  const onScroll = (event: UIEvent<HTMLDivElement>) => setTop(event.currentTarget.scrollTop);
  return (
    <>
      {/* A region that scrolls must be reachable by keyboard. */}
      <div className="table-view" role="region" aria-label={t("app.table.label")} tabIndex={0} onScroll={onScroll}>
        <table aria-rowcount={rows.length + 1}>
          <caption className="sr-only">{label}</caption>
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
            {first > 0 && <tr aria-hidden="true" style={{ height: first * ROW }} />}
            {visible.map((row, index) => (
              <tr key={first + index} aria-rowindex={first + index + 2}>
                {row.map((value, column) => (
                  <td key={columns[column].name} className={columns[column].numeric ? "number" : "mono"}>
                    {cellText(value, decimals[column])}
                  </td>
                ))}
              </tr>
            ))}
            {last < rows.length && <tr aria-hidden="true" style={{ height: (rows.length - last) * ROW }} />}
          </tbody>
        </table>
      </div>
      <p className="table-count">{t("app.table.rows", { count: rows.length })}</p>
    </>
  );
}
