import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { asProblem } from "../../api/client";
import { documentQuery } from "../../api/queries";
import type { JsonValue } from "../../api/types";
import type { SelectionStore } from "../../kinds/types";
import { CodeDialog } from "../../panels/CodeDialog";
import { fileName, save } from "../../panels/exports";
import { Figure } from "../../panels/Figure";
import { PanelFooter } from "../../panels/PanelFooter";
import { PanelFrame } from "../../panels/PanelFrame";
import { refutation } from "../../panels/trust";
import { widthOf } from "../../panels/width";
import type { SavedPanel } from "../../state/saved";
import { CheckBadge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Notice, Ribbon } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";

interface SavedPanelViewProps {
  id: string;
  panel: SavedPanel & { href: string };
  selection: SelectionStore;
}

/** Whether an element has come near the window. */
function useNear(id: string): boolean {
  const [near, setNear] = useState(false);
  const seen = useRef(false);
  useEffect(() => {
    const element = document.getElementById(id);
    if (!element || seen.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry.isIntersecting) return;
        seen.current = true;
        setNear(true);
        observer.disconnect();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [id]);
  return near;
}

/** One stored result. Its arrays are fetched when it comes near. */
export function SavedPanelView({ id, panel, selection }: SavedPanelViewProps) {
  const near = useNear(id);
  const { data: document, error, refetch } = useQuery({ ...documentQuery(panel.href), enabled: near });
  const [asTable, setAsTable] = useState(false);
  const [code, setCode] = useState(false);
  const [quantity, setQuantity] = useState(panel.quantity);
  const refuted = document ? refutation(document) : null;
  return (
    <PanelFrame
      id={id}
      title={panel.title}
      purpose={panel.purpose}
      width={widthOf(panel, document?.result.kind)}
      badges={document?.checks.map((check) => (
        <CheckBadge key={check.name} check={check} />
      ))}
      actions={
        document && (
          <>
            <IconButton icon="code" label={t("app.panel.code")} onClick={() => setCode(true)} />
            <IconButton
              icon={asTable ? "grid" : "table"}
              label={t(asTable ? "app.panel.asFigure" : "app.panel.asTable")}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            />
            <IconButton
              icon="download"
              label={t("app.saved.json")}
              onClick={() => save({ address: panel.href, name: fileName(document, "json") })}
            />
          </>
        )
      }
      footer={<PanelFooter method={{ ...panel, id: panel.method }} document={document ?? null} cached={false} />}
    >
      {error && !document && (
        <Notice
          tone="fail"
          title={asProblem(error).body.message}
          actions={<Button onClick={() => void refetch()}>{t("app.failure.retry")}</Button>}
        />
      )}
      {!error && !document && <Skeleton rows={6} />}
      {document && (
        <>
          {refuted && <Ribbon tone="warn">{refuted}</Ribbon>}
          <div className={refuted ? "panel-figure refuted" : "panel-figure"}>
            <Figure
              document={document}
              selection={selection}
              asTable={asTable}
              quantity={quantity}
              onQuantity={setQuantity}
            />
          </div>
          <CodeDialog
            open={code}
            onClose={() => setCode(false)}
            title={panel.title}
            method={panel.method}
            request={document.request as Record<string, JsonValue>}
          />
        </>
      )}
    </PanelFrame>
  );
}
