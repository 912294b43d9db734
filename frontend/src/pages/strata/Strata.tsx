import { useEffect, useMemo, useRef, useState } from "react";
import type { Method } from "../../api/types";
import type { GridHandle } from "../../kinds/parts/CanvasGrid";
import { useViewStore } from "../../kinds/parts/gridView";
import { chosen, entryOf } from "../../kinds/result";
import { describe, read, toTable } from "../../kinds/TokenGrid";
import { usePins } from "../../kinds/parts/pins";
import type { Quantity, ResultDocument } from "../../kinds/types";
import { CheckBadges } from "../../panels/CheckBadges";
import { PanelBody } from "../../panels/PanelBody";
import { usePanelRuns, type PanelRuns } from "../../panels/panelRuns";
import { refutation } from "../../panels/trust";
import { useModel } from "../../state/catalogue";
import { useLayout } from "../../state/layout";
import { useBreadth } from "../../state/media";
import { applyRemedy, runPanel } from "../../state/runner";
import { PATCHED } from "../../state/strata";
import { useWorkspace, type Panel } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { t } from "../../ui/i18n";
import { announce } from "../../ui/live";
import { Ribbon } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import { Bar, Zoom } from "./Bar";
import { Beside } from "./Beside";
import { Foot } from "./Foot";
import { Grid } from "./Grid";
import { headAfter, headName, pinnedHeads, type Head } from "./heads";
import { acts, countFeatures, COUNTING, leave, patchEvery, useStrataKeys } from "./keys";
import { layerOf } from "./model";
import type { PatchCell } from "./patch";
import { goBack, originOf, useOver, usePatching } from "./patching";
import { OfferLine, PatchedLine, SourceLine } from "./PatchLine";
import { useAsk } from "./source";
import { choicesOf, isMeasured, type Measured, type QuantityName } from "./quantities";
import "./messages";
import "./Strata.css";
import { Tabs } from "./Tabs";
import { useCells, useLens, useStrata } from "./useStrata";
import { changeView, toggleLayer, useStrataView } from "./viewState";

interface StrataProps {
  panel: Panel;
  method: Method;
}

/** The grid of a lens over the whole page, with what happens between its rows. */
export default function Strata({ panel, method }: StrataProps) {
  const runs = usePanelRuns(panel, method);
  const view = useStrataView();
  const lens = useLens(panel, runs, view.lens);
  const document = useCells(lens.document);
  const quantity = document && chosen(document, panel.quantity);
  const right = useLayout((layout) => (layout.open.right ? layout.width.right : 0));
  const full = useBreadth() === "full";
  const title = panel.title ?? method.title;
  // A source marked in one side is put into the other.
  const [source, setSource] = useState<PatchCell | null>(null);
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.focus({ preventScroll: true }), []);
  useFocusBack(panel.uid);
  return (
    <section
      ref={section}
      className="strata"
      tabIndex={-1}
      aria-label={t("strata.label", { title })}
      style={{ insetInlineEnd: full ? right : 0 }}
    >
      <h2 className="sr-only">{t("strata.title")}</h2>
      {document && quantity ? (
        <Open
          panel={panel}
          title={title}
          runs={runs}
          lens={lens}
          document={document}
          quantity={quantity}
          source={source}
          setSource={setSource}
        />
      ) : (
        <div className="strata-wait">
          <span className="row g2">
            {panel.method === PATCHED && originOf(panel.uid) !== null && (
              <Button size="s" icon="chevronLeft" onClick={() => goBack(panel.uid)}>
                {t("strata.patch.back")}
              </Button>
            )}
            <Button size="s" icon="close" onClick={leave}>
              {t("strata.close")}
            </Button>
          </span>
          {lens.problem !== null && (
            <Ribbon
              tone="warn"
              actions={
                <Button size="s" onClick={() => changeView({ lens: null })}>
                  {t("strata.lens.back")}
                </Button>
              }
            >
              {t("strata.lens.failed", { message: lens.problem })}
            </Ribbon>
          )}
          {lens.waits ? (
            lens.problem === null && <Skeleton rows={8} />
          ) : (
            <PanelBody
              title={title}
              method={method}
              runs={runs}
              figure={{}}
              onRun={() => runPanel(panel.uid)}
              onRemedy={(changes) => void applyRemedy(panel.uid, changes)}
            />
          )}
        </div>
      )}
    </section>
  );
}

/** The keyboard goes back to the panel when the view is left. */
function useFocusBack(uid: string) {
  useEffect(
    () => () => {
      requestAnimationFrame(() => document.getElementById(uid)?.focus({ preventScroll: true }));
    },
    [uid],
  );
}

interface OpenProps extends Pick<StrataProps, "panel"> {
  title: string;
  runs: PanelRuns;
  lens: ReturnType<typeof useLens>;
  document: ResultDocument;
  quantity: Quantity;
  source: PatchCell | null;
  setSource: (source: PatchCell | null) => void;
}

function Open({ panel, title, runs, lens, document, quantity, source, setSource }: OpenProps) {
  const { selection, side } = runs;
  const setQuantity = useWorkspace((workspace) => workspace.setQuantity);
  const view = useStrataView();
  const store = useViewStore();
  const grid = useRef<GridHandle | null>(null);
  const [asTable, setAsTable] = useState(false);
  const { pin, also } = usePins(selection);
  const heads = useMemo(() => pinnedHeads(pin, also), [pin, also]);
  const strata = useStrata({ document, quantity, runs, view, heads });
  const { places } = strata.grid;
  const patching = usePatching({ uid: panel.uid, document, places, runs, source, setSource, grid });
  const data = useOver(strata.data, patching.over);
  const [offer, setOffer] = useState<Measured | null>(null);
  const able = useWorkspace(({ second }) => second !== null);
  const origin = patching.found && originOf(panel.uid);
  const counts = useAsk("a")(COUNTING) !== null;
  const choices = useMemo(() => choicesOf(document, counts), [document, counts]);
  const count = useModel()?.heads ?? 0;
  const full = useBreadth() === "full";
  const position = pin?.position ?? places.positions.at(-1) ?? 0;

  const pinHead = (head: Head | null) => {
    const now = selection.get().pin;
    selection.setPin({ ...now, position: now?.position ?? position, ...(head ?? { head: null }) });
    if (head) announce(t("strata.headPinned", { head: headName(head) }));
  };
  const toggle = (rowIndex: number) => {
    const layer = layerOf(strata.openable, rowIndex);
    if (layer === null) announce(t(side === "difference" ? "strata.notInDifference" : "strata.notOpened"));
    else announce(t(toggleLayer(layer) ? "strata.opened" : "strata.closed", { layer }));
  };
  const headLayer =
    strata.band?.layer ??
    view.open.findLast((layer) => strata.openable.includes(layer)) ??
    layerOf(strata.openable, pin?.row ?? -1);

  /** Colour by a quantity; one that is not measured yet is offered. */
  const choose = (name: QuantityName) => {
    const choice = choices.find((one) => one.name === name);
    setOffer(choice?.offered && isMeasured(name) ? name : null);
    if (choice?.reason) announce(t("strata.quantity.missing", { name: choice.label, reason: choice.reason }));
    else setQuantity(panel.uid, name);
  };

  /** What a key does here; whether it did anything. */
  function act(key: string): boolean {
    if (!acts(key)) return false;
    const choice = /^[1-6]$/.test(key) ? choices[Number(key) - 1] : undefined;
    if (choice) {
      choose(choice.name);
      return true;
    }
    if (key in ZOOMS) grid.current?.zoom(ZOOMS[key]);
    else if (key === "h" && headLayer !== null && count > 0)
      pinHead(strata.band ? headAfter(strata.band, count) : { layer: headLayer, head: 0 });
    else if (key === "H" && strata.band)
      selection.togglePin({
        ...headAfter(heads.findLast(({ layer }) => layer === strata.band?.layer) ?? strata.band, count),
      });
    else if (key === "p") patching.mark();
    else return false;
    return true;
  }
  useStrataKeys(act, patching.claims);

  return (
    <>
      <Bar
        side={side}
        choices={choices}
        quantity={quantity}
        limits={strata.grid.limits}
        onQuantity={choose}
        lens={lens.lens}
        lenses={lens.able}
        text={view.text}
        heads={
          headLayer !== null && count > 0 ? { layer: headLayer, count, pinned: strata.band, onPin: pinHead } : null
        }
        zoom={!asTable && <Zoom view={store} grid={grid} />}
        asTable={asTable}
        escapes={source !== null || origin !== null}
        onTable={() => setAsTable(!asTable)}
        onClose={leave}
      />
      {source && <SourceLine source={source} sides={able} onCancel={patching.cancel} />}
      {patching.found && (
        <PatchedLine patched={patching.found} onBack={origin === null ? null : () => goBack(panel.uid)} />
      )}
      {offer && (
        <OfferLine
          quantity={offer}
          able={able}
          onMeasure={() => {
            setOffer(null);
            (offer === "features" ? countFeatures : patchEvery)(panel.uid);
          }}
          onDismiss={() => setOffer(null)}
        />
      )}
      <Ribbons runs={runs} document={document} onRun={() => runPanel(panel.uid)} />
      {asTable ? (
        <div className="strata-table">
          <DataTable {...toTable(document)} label={t("app.table.label")} />
        </div>
      ) : (
        <div className="strata-body">
          <Grid
            label={describe(document)}
            data={data}
            runs={runs}
            places={places}
            text={strata.grid.text}
            tip={strata.grid.tip}
            view={store}
            grid={grid}
            onKey={act}
            onRow={toggle}
            onDrag={patching.drag}
          >
            <p className="strata-name">
              <span className="clip">{title}</span>
              {!runs.partial && document.checks.length > 0 && <CheckBadges checks={document.checks} />}
            </p>
            {strata.band && (
              <Tabs view={store} heads={heads} row={entryOf(places.rowIndices, strata.band.layer) ?? 0} />
            )}
          </Grid>
          <Beside document={document} places={places} runs={runs} view={store} position={position} />
        </div>
      )}
      <Foot
        document={document}
        quantity={quantity}
        shape={[places.rows, places.columns]}
        positions={places.positions}
        notes={lens.lens === "difference" ? [t("strata.lens.sides"), ...strata.notes] : strata.notes}
        apart={side === "difference"}
        patched={patching.found !== null}
        open={strata.layers.length}
        layers={strata.openable.length}
        head={strata.band}
        links={strata.links}
        least={view.least}
        blocks={strata.blocks}
        view={store}
        reading={(full && !patching.found) || !pin ? null : read(document, pin, quantity.name)}
        problem={strata.problem?.body.message ?? lens.problem}
      />
    </>
  );
}

const ENLARGE = 1.4;
const ZOOMS: Record<string, number | "fit"> = { "+": ENLARGE, "=": ENLARGE, "-": 1 / ENLARGE, "0": "fit" };

/** What must be said before the figure is believed. */
function Ribbons({ runs, document, onRun }: { runs: PanelRuns; document: ResultDocument; onRun: () => void }) {
  const stale = runs.parts.find((part) => part.stale !== null);
  const refuted = runs.partial ? null : refutation(document);
  return (
    <>
      {stale && (
        <Ribbon
          tone="info"
          actions={
            <Button size="s" onClick={onRun}>
              {t("app.prompt.run")}
            </Button>
          }
        >
          {t(`app.panel.stale.${stale.stale ?? "settings"}`, { model: String(stale.run?.shown?.request.model ?? "") })}
        </Ribbon>
      )}
      {refuted && <Ribbon tone="warn">{refuted}</Ribbon>}
    </>
  );
}
