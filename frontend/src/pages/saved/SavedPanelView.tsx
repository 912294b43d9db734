import { useRef, useState, type ReactNode } from "react";
import type { ResultDocument } from "../../kinds/types";
import { CheckBadges } from "../../panels/CheckBadges";
import { Figure } from "../../panels/Figure";
import type { Extent } from "../../panels/extent";
import { outlineOf } from "../../panels/KindSkeleton";
import { PanelFooter } from "../../panels/PanelFooter";
import { PanelFrame } from "../../panels/PanelFrame";
import { refutation } from "../../panels/trust";
import { widthOf } from "../../panels/width";
import type { ShownPanel } from "../../state/saved";
import { useTheme } from "../../state/theme";
import { Button } from "../../ui/Button";
import { Side as SideMark } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { Notice, Ribbon } from "../../ui/Notice";
import { bytes } from "../../ui/numbers";
import { Skeleton } from "../../ui/Skeleton";
import { missingArrays } from "./missing";
import { useNear } from "./near";
import { useEntry } from "./outline";
import { SavedActions } from "./SavedActions";
import { SavedCode } from "./SavedCode";
import { paramsOf, SavedParams } from "./SavedParams";
import { useShown } from "./shown";
import type { Viewing } from "./viewing";

interface SavedPanelViewProps {
  id: string;
  panel: ShownPanel;
  viewing: Viewing;
  /** Whether its arrays are fetched even where it is out of sight. */
  wanted: boolean;
}

/** One stored result, in everything but its parameters as in the workbench. Its arrays are fetched when it comes near. */
export function SavedPanelView({ id, panel, viewing, wanted }: SavedPanelViewProps) {
  const { align, firstToken, layers, fullScreen, setFullScreen } = viewing;
  const side = panel.second ? viewing.side : null;
  const host = useRef<HTMLElement>(null);
  const near = useNear(host);
  const shown = useShown(panel, side, viewing, near || wanted);
  const theme = useTheme();
  const [asTable, setAsTable] = useState(false);
  const [code, setCode] = useState(false);
  const [quantity, setQuantity] = useState(panel.quantity);
  useEntry(id, panel.title);
  const { document, parts, limits, selection } = shown;
  const [head] = parts;
  const difference = side === "difference";
  const full = fullScreen === id;
  const exported = () => {
    const { pin, also, range } = viewing.selection.get();
    return {
      ...{ title: panel.title, difference, quantity, limits, firstToken, theme },
      document: document as ResultDocument,
      selection: { pin, also, range },
      figure: host.current?.querySelector<HTMLElement>(".panel-figure") ?? null,
    };
  };
  return (
    <PanelFrame
      ref={host}
      id={id}
      tabIndex={-1}
      level={2}
      title={<bdi>{panel.title}</bdi>}
      mark={side && !difference && <SideMark side={side === "b" ? "B" : "A"} />}
      purpose={panel.purpose}
      width={widthOf(panel, head?.result.kind)}
      fullScreen={full}
      inert={fullScreen !== null && !full}
      badges={<CheckBadges checks={document?.checks ?? (difference ? [] : (head?.checks ?? []))} />}
      actions={
        head && (
          <SavedActions
            shown={document && exported}
            difference={difference}
            asTable={asTable}
            fullScreen={full}
            onCode={() => setCode(true)}
            onTable={() => setAsTable(!asTable)}
            onFullScreen={() => {
              setFullScreen(full ? null : id);
              host.current?.focus();
            }}
          />
        )
      }
      params={head && <SavedParams params={paramsOf(panel, head)} href={viewing.workbench} />}
      footer={
        <PanelFooter
          method={{ ...panel, id: panel.method }}
          document={document}
          cached={false}
          selection={selection}
          quantity={quantity}
        />
      }
    >
      {!head && <Notice title={t("app.saved.noResult")}>{t("app.saved.noResultNote")}</Notice>}
      {shown.problem && (
        <Notice
          tone="fail"
          title={shown.problem.body.message}
          actions={<Button onClick={shown.retry}>{t("app.failure.retry")}</Button>}
        >
          {shown.problem.body.remedy}
        </Notice>
      )}
      {shown.reason && <Notice title={t("app.panel.noDifference")}>{shown.reason}</Notice>}
      {head && !document && !shown.problem && !shown.reason && (
        <Skeleton {...outlineOf(head.result.kind, extentOf(head, layers))} />
      )}
      {document && (
        <StoredFigure document={document}>
          <Figure
            document={document}
            selection={selection}
            asTable={asTable}
            quantity={quantity}
            onQuantity={setQuantity}
            firstToken={firstToken}
            limits={limits}
          />
        </StoredFigure>
      )}
      {head && (
        <SavedCode
          title={panel.title}
          document={document}
          parts={parts}
          align={align}
          firstToken={firstToken}
          quantity={quantity}
          open={code}
          onClose={() => setCode(false)}
        />
      )}
    </PanelFrame>
  );
}

/** How large the figure of a result will be. */
const extentOf = ({ result }: ResultDocument, layers: number | null): Extent => ({
  layers: layers ?? 1,
  heads: result.total.head ?? 1,
  tokens: result.tokens.length,
});

/** A figure below everything that must be known before it is believed. */
function StoredFigure({ document, children }: { document: ResultDocument; children: ReactNode }) {
  const refuted = refutation(document);
  const missing = missingArrays(document);
  return (
    <>
      {refuted && <Ribbon tone="warn">{refuted}</Ribbon>}
      {missing.map(({ label, bytes: size }) => (
        <Ribbon key={label} tone="info">
          {size === null
            ? t("app.saved.without", { what: label })
            : t("app.saved.withoutSize", { what: label, size: bytes(size) })}
        </Ribbon>
      ))}
      {document.warnings.map((warning) => (
        <Ribbon key={warning} tone="info">
          {warning}
        </Ribbon>
      ))}
      <div className={refuted ? "panel-figure refuted" : "panel-figure"}>{children}</div>
    </>
  );
}
