import "./saved/messages";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useState } from "react";
import { analysisQuery } from "../api/analyses";
import { asProblem } from "../api/client";
import type { SavedAnalysis } from "../api/types";
import { ownLink } from "../state/ownLinks";
import { savedPanels } from "../state/saved";
import { t } from "../ui/i18n";
import { Skeleton } from "../ui/Skeleton";
import { ServerGone } from "./frame/ServerGone";
import { Article } from "./saved/Article";
import { Bar } from "./saved/Bar";
import { useReleased } from "./saved/near";
import { useOpenedIn } from "./saved/opened";
import { printPage, usePrinting } from "./saved/print";
import { Provenance } from "./saved/Provenance";
import { useWholeSize } from "./saved/Side";
import { Unavailable } from "./saved/Unavailable";
import { useViewing } from "./saved/viewing";
import "./saved/Saved.css";

const Editing = lazy(() => import("./saved/Editing"));

/** A saved analysis, read-only. Asks the server for nothing but what was saved: it opens with no model and no worker. */
export default function Saved({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(analysisQuery(id));
  const openedIn = useOpenedIn(`/a/${id}`, data !== undefined);
  return (
    <div className="page saved">
      <title>{t("app.pageTitle", { title: data?.title ?? t("app.saved.readOnly") })}</title>
      {data ? (
        <Opened key={id} analysis={data} openedIn={openedIn} />
      ) : (
        <>
          <Bar actions={null} />
          <ServerGone />
          {error ? (
            <Unavailable id={id} problem={asProblem(error)} onRetry={() => void refetch()} />
          ) : (
            <main id="main" tabIndex={-1} className="saved-waiting">
              <Skeleton rows={8} />
            </main>
          )}
        </>
      )}
    </div>
  );
}

function Opened({ analysis, openedIn }: { analysis: SavedAnalysis; openedIn: number | null }) {
  const { id } = analysis;
  const viewing = useViewing(analysis);
  const panels = savedPanels(analysis).length;
  const [everything, setEverything] = useState(false);
  const released = useReleased(panels, everything);
  const size = useWholeSize(id, released >= panels);
  const [editing, setEditing] = useState<"never" | "open" | "closed">("never");
  const print = useCallback(() => void printPage(() => setEverything(true)), []);
  usePrinting(print);
  const full = viewing.fullScreen !== null;
  return (
    <>
      <div className="saved-bar" inert={full}>
        <Bar
          actions={{ analysis, size, onPrint: print, onEdit: ownLink(id) && (() => setEditing("open")) }}
          workbench={viewing.workbench}
          openedIn={openedIn}
        />
      </div>
      <ServerGone />
      <Article analysis={analysis} viewing={viewing} released={released} size={size} />
      <div className="saved-foot-place" inert={full}>
        <Provenance analysis={analysis} />
      </div>
      {editing !== "never" && (
        <Suspense fallback={null}>
          <Editing analysis={analysis} open={editing === "open"} onClose={() => setEditing("closed")} />
        </Suspense>
      )}
    </>
  );
}
