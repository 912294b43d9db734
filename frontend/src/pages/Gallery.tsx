import "./gallery/messages";
import { useQuery } from "@tanstack/react-query";
import { asProblem } from "../api/client";
import { galleryQuery, type Finding } from "../api/gallery";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { Chips } from "./frame/Chips";
import { ServerGone } from "./frame/ServerGone";
import { TopBar } from "./frame/TopBar";
import { FindingCard } from "./gallery/FindingCard";
import { shownFindings, tally } from "./gallery/findings";
import { Looking } from "./gallery/Looking";
import { showEverything, useGalleryView } from "./gallery/view";
import { Waiting } from "./gallery/Waiting";
import "./gallery/Gallery.css";

/** Findings recomputed on the bundled models, with their stored results: nothing of it needs a model or the worker. */
export default function Gallery() {
  const { data, error, refetch } = useQuery(galleryQuery);
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title: t("app.nav.gallery") })}</title>
      <TopBar title={t("app.nav.gallery")}>
        <Chips />
      </TopBar>
      <ServerGone />
      <main id="main" tabIndex={-1} className="gallery">
        <header className="gallery-head">
          <div className="gallery-title">
            <h1>{t("app.gallery.title")}</h1>
            <p className="ink-2">{t("app.gallery.note")}</p>
          </div>
          {data && data.length > 0 && <Looking findings={data} />}
        </header>
        {data && data.length > 0 && <Findings findings={data} />}
        {data?.length === 0 && (
          <Notice level={2} title={t("app.gallery.empty")}>
            {t("app.gallery.emptyNote")}
          </Notice>
        )}
        {!data && error && (
          <Notice
            level={2}
            tone="fail"
            title={t("app.gallery.failed")}
            actions={
              <Button variant="primary" onClick={() => void refetch()}>
                {t("app.failure.retry")}
              </Button>
            }
          >
            {asProblem(error).body.message}
          </Notice>
        )}
        {!data && !error && <Waiting />}
      </main>
    </div>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const { group, search } = useGalleryView();
  const shown = shownFindings(findings, group, search);
  return (
    <>
      {shown.length > 0 ? (
        <ul className="findings" aria-label={t("app.gallery.list")}>
          {shown.map((finding) => (
            <li key={finding.slug}>
              <FindingCard finding={finding} />
            </li>
          ))}
        </ul>
      ) : (
        <Notice
          level={2}
          icon="search"
          title={t("app.gallery.noneFound")}
          actions={<Button onClick={showEverything}>{t("app.gallery.showEvery")}</Button>}
        >
          {search.trim() === ""
            ? t("app.gallery.noneInGroup")
            : t("app.gallery.noneFoundNote", { group, search: search.trim() })}
        </Notice>
      )}
      <p className="row wrap gallery-foot">
        <span role="status">{t("app.gallery.shown", { shown: shown.length, total: findings.length })}</span>
        {shown.length > 0 && <span>{t("app.gallery.stand", tally(shown))}</span>}
        {shown.length > 0 && shown.length < findings.length && (
          <button type="button" className="link" onClick={showEverything}>
            {t("app.gallery.showAll")}
          </button>
        )}
      </p>
    </>
  );
}
