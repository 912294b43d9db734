import { lazy, Suspense, useState } from "react";
import { useHistory } from "../../state/history";
import { t } from "../../ui/i18n";
import { Segmented } from "../../ui/Segmented";
import { Catalogue } from "./Catalogue";

const History = lazy(() => import("./History"));
const Tour = lazy(() => import("./Tour"));

/** What can be run and what was run; at its foot, a newcomer's first steps. */
export function LeftRail() {
  const [tab, setTab] = useState<"methods" | "history">("methods");
  const runs = useHistory(({ rows }) => rows.length);
  return (
    <>
      <div className="left-tabs">
        <Segmented
          block
          label={t("history.tabs")}
          options={[
            { value: "methods", label: t("app.catalogue.label") },
            {
              value: "history",
              label: (
                <>
                  {t("history.title")} {runs > 0 && <span className="ink-3">{runs}</span>}
                </>
              ),
            },
          ]}
          value={tab}
          onChange={setTab}
        />
      </div>
      {tab === "methods" ? (
        <Catalogue />
      ) : (
        <Suspense fallback={<div className="grow" />}>
          <History />
        </Suspense>
      )}
      <Suspense fallback={null}>
        <Tour />
      </Suspense>
    </>
  );
}
