import { lazy, Suspense, useState } from "react";
import { asProblem } from "../../api/client";
import type { MethodRequest } from "../../api/types";
import type { ResultDocument, TableTwin } from "../../kinds/types";
import { exportAs, saveTable, type Shown } from "../../panels/exports";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Menu, MenuItem } from "../../ui/Menu";
import { toast } from "../../ui/Toast";

const CodeDialog = lazy(() => import("../../panels/CodeDialog").then((module) => ({ default: module.CodeDialog })));

interface SectionActionsProps {
  title: string;
  method: string;
  request: MethodRequest;
  document: ResultDocument;
  /** What the section itself shows as a table; without one the file is that of the whole answer. */
  table?: () => TableTwin;
}

/** The code that asks for a section's answer, and the answer as a file, as panels have them. */
export function SectionActions({ title, method, request, document, table }: SectionActionsProps) {
  // Once opened the dialog stays, so that closing it brings the focus back to where it was.
  const [code, setCode] = useState<"never" | "open" | "closed">("never");
  const keep = (write: () => Promise<void>) => () =>
    void write().catch((error: unknown) => toast({ text: asProblem(error).body.message, tone: "fail" }));
  const shown = (): Shown => ({
    ...{ document, title, difference: false, quantity: undefined, limits: undefined, firstToken: "shown" },
    ...{ selection: { pin: null, also: [], range: null }, theme: "light", figure: null },
  });
  const csv = async () => (table ? saveTable(document, table()) : exportAs("csv", shown()));
  return (
    <>
      <IconButton icon="code" label={t("app.panel.code")} onClick={() => setCode("open")} />
      <Menu trigger={<IconButton icon="download" label={t("app.panel.export")} />}>
        <MenuItem icon="download" onSelect={keep(csv)} detail={t("app.export.note.csv", { difference: "no" })}>
          {t("app.export.csv")}
        </MenuItem>
        <MenuItem
          icon="download"
          onSelect={keep(() => exportAs("json", shown()))}
          detail={t("app.export.note.json", { difference: "no" })}
        >
          {t("app.export.json")}
        </MenuItem>
      </Menu>
      {code !== "never" && (
        <Suspense fallback={null}>
          <CodeDialog
            open={code === "open"}
            onClose={() => setCode("closed")}
            title={title}
            method={method}
            request={request}
          />
        </Suspense>
      )}
    </>
  );
}
