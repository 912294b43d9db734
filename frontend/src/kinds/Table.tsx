import { useMemo, useState } from "react";
import { DataTable } from "../ui/DataTable";
import { t } from "../ui/i18n";
import { Segmented } from "../ui/Segmented";
import { KindFrame } from "./parts/KindFrame";
import { anyTable } from "./parts/table";
import type { KindProps, ResultDocument, TableTwin } from "./types";

const MOST = 200_000;

/** The document as indented text; typed arrays as plain lists, and long ones cut with a remark. */
function asJson(document: ResultDocument): string {
  const plain = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value);
  const text = JSON.stringify(document, plain, 2);
  return text.length > MOST ? `${text.slice(0, MOST)}\n… ${t("kinds.table.cut", { count: text.length })}` : text;
}

/** Rows that are only numbered go without their numbers. */
function withoutNumbers({ columns, rows }: TableTwin): TableTwin {
  if (columns[0]?.name !== "entry" || !columns[0].numeric) return { columns, rows };
  return { columns: columns.slice(1), rows: rows.map((row) => row.slice(1)) };
}

/** The kind of last resort: whatever a result holds, as a table and as JSON. Never blank. */
export default function Table(props: KindProps) {
  const { document } = props;
  const [view, setView] = useState<"table" | "json">("table");
  const twin = useMemo(() => withoutNumbers(anyTable(document)), [document]);
  const empty = twin.rows.length === 0;
  return (
    <KindFrame
      props={{ ...props, onQuantity: undefined }}
      quantity={null}
      controls={
        <Segmented
          size="s"
          label={t("kinds.table.view")}
          value={empty ? "json" : view}
          onChange={setView}
          options={[
            { value: "table", label: t("kinds.table.table"), disabled: empty },
            { value: "json", label: t("kinds.table.json") },
          ]}
        />
      }
      notes={[describe(document)]}
    >
      {view === "table" && !empty ? (
        <DataTable label={describe(document)} columns={twin.columns} rows={twin.rows} />
      ) : (
        // A scrolling region must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className="kind-json" tabIndex={0}>
          {asJson(document)}
        </pre>
      )}
    </KindFrame>
  );
}

export function describe(document: ResultDocument): string {
  return document.result.summary || t("kinds.table.describe", { kind: document.result.kind.replaceAll("_", " ") });
}

export function toTable(document: ResultDocument): TableTwin {
  return anyTable(document);
}
