import { lazy, Suspense, useEffect } from "react";
import { selection, usePin } from "../state/selection";
import { useMethod, useModel } from "../state/catalogue";
import { useLayout } from "../state/layout";
import { useBreadth } from "../state/media";
import { startWorkbench } from "../state/start";
import { isStrata } from "../state/strata";
import { useWorkspace } from "../state/workspace";
import { t } from "../ui/i18n";
import { Sheet } from "../ui/Dialog";
import { ServerGone } from "./frame/ServerGone";
import { Catalogue } from "./workbench/Catalogue";
import { LeftRail } from "./workbench/LeftRail";
import { Inspector } from "./workbench/Inspector";
import { NarrowTabs } from "./workbench/NarrowTabs";
import { Panels } from "./workbench/Panels";
import { PromptZone } from "./workbench/PromptZone";
import { Rail } from "./workbench/Rail";
import { ShareDialog } from "./workbench/ShareDialog";
import { WorkbenchBar } from "./workbench/WorkbenchBar";
import "./Workbench.css";

const History = lazy(() => import("./workbench/History"));
const Strata = lazy(() => import("./strata/Strata"));

let started = false;

/** The state of the address, once; then address and state keep each other. */
function useStart() {
  useEffect(() => {
    if (started) return;
    started = true;
    void startWorkbench();
  }, []);
  const layers = useModel()?.layers ?? null;
  useEffect(() => selection.setLayers(layers), [layers]);
}

export default function Workbench() {
  useStart();
  const breadth = useBreadth();
  const { open, tab, dialog, fullScreen, setDialog, setTab } = useLayout();
  const narrow = breadth === "narrow";
  const full = fullScreen !== null;
  const wide = breadth === "full" || breadth === "overlay";
  const title = useWorkspace((workspace) => workspace.title);
  const panel = useWorkspace(({ panels }) => panels.find(({ uid }) => uid === fullScreen));
  const method = useMethod(panel?.method ?? "");
  const strata = panel && method && isStrata(method);
  return (
    <div className="workbench" data-tab={narrow ? tab : undefined}>
      <title>{title ? t("app.pageTitle", { title }) : t("app.name")}</title>
      <div inert={full && !strata}>
        <WorkbenchBar />
      </div>
      <ServerGone />
      <div className="workbench-body">
        {wide && open.left && (
          <Rail side="left" label={t("app.catalogue.label")} inert={full}>
            <LeftRail />
          </Rail>
        )}
        <main id="main" className="workbench-main" tabIndex={-1}>
          <h1 className="sr-only">{t("app.nav.workbench")}</h1>
          <div className="prompt-place" inert={full}>
            <PromptZone />
          </div>
          {narrow && tab === "methods" && <Catalogue onAdded={() => setTab("panels")} />}
          {narrow && tab === "history" && (
            <Suspense fallback={null}>
              <History />
            </Suspense>
          )}
          {(!narrow || tab === "panels" || tab === "prompt") && <Panels />}
        </main>
        {breadth === "full" && open.right && (
          <Rail side="right" label={t("app.inspector.label")} inert={full && !strata}>
            <Inspector />
          </Rail>
        )}
        {strata && (
          <Suspense fallback={null}>
            <Strata key={panel.uid} panel={panel} method={method} />
          </Suspense>
        )}
        {breadth !== "full" && !full && <InspectorSheet bottom={narrow} />}
      </div>
      {narrow && !strata && <NarrowTabs />}
      {!wide && !narrow && (
        <Sheet
          side="left"
          open={dialog === "catalogue"}
          onClose={() => setDialog(null)}
          title={t("app.catalogue.label")}
        >
          <Catalogue onAdded={() => setDialog(null)} />
        </Sheet>
      )}
      <ShareDialog />
    </div>
  );
}

/** Below 1280 pixels the inspector lies over the panels while something is selected, until it is closed. */
function InspectorSheet({ bottom }: { bottom: boolean }) {
  const pin = usePin();
  const { sheet, setSheet } = useLayout();
  useEffect(() => {
    let before = selection.get().pin;
    return selection.subscribe(() => {
      const now = selection.get().pin;
      if (now === before) return;
      const [first, changed] = [before === null, now !== null];
      before = now;
      // The first pin is the page's own.
      setSheet(changed && !first);
    });
  }, [setSheet]);
  if (!pin || !sheet) return null;
  return (
    <aside className={bottom ? "inspector-sheet bottom" : "inspector-sheet"} aria-label={t("app.inspector.label")}>
      {bottom && <span className="inspector-grab" aria-hidden="true" />}
      <Inspector onClose={() => setSheet(false)} />
    </aside>
  );
}
