import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { asProblem } from "../api/client";
import { analysisQuery } from "../api/queries";
import type { SavedAnalysis } from "../api/types";
import { copyText } from "../panels/copy";
import { encodeAddress } from "../state/address";
import { savedAddress, savedPanels } from "../state/saved";
import { createSelection } from "../state/selection";
import { absolute } from "../state/url";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Icon, Logo } from "../ui/icons";
import { Notice } from "../ui/Notice";
import { Skeleton } from "../ui/Skeleton";
import { Link } from "./frame/Link";
import { ServerGone } from "./frame/ServerGone";
import { ThemeMenu } from "./frame/ThemeMenu";
import { Contents } from "./saved/Contents";
import { Provenance } from "./saved/Provenance";
import { SavedPanelView } from "./saved/SavedPanelView";
import { Side } from "./saved/Side";
import "./saved/Saved.css";

/** A saved analysis, read-only. Asks the server for nothing but what was saved: it opens with no model and no worker. */
export default function Saved({ id }: { id: string }) {
  const { data, error } = useQuery(analysisQuery(id));
  return (
    <div className="page saved">
      <title>{t("app.pageTitle", { title: data?.title ?? t("app.saved.readOnly") })}</title>
      <Bar id={id} analysis={data} />
      <ServerGone />
      {error && !data && (
        <main id="main" tabIndex={-1} className="page-center">
          <Notice tone="fail" title={asProblem(error).body.message}>
            {t("app.saved.goneNote")}
          </Notice>
        </main>
      )}
      {!error && !data && (
        <main id="main" tabIndex={-1} className="saved-waiting">
          <Skeleton rows={8} />
        </main>
      )}
      {data && <Article analysis={data} />}
    </div>
  );
}

function Bar({ id, analysis }: { id: string; analysis: SavedAnalysis | undefined }) {
  const address = analysis && savedAddress(analysis);
  return (
    <header className="top-bar">
      <Link className="top-mark" href="/" aria-label={t("app.name")}>
        <Logo />
        <span className="top-name">{t("app.name")}</span>
      </Link>
      <span className="top-rule" />
      <Badge>
        <Icon name="lock" size={12} />
        {t("app.saved.readOnly")}
      </Badge>
      <span className="sm ink-3 clip saved-note">{t("app.saved.note")}</span>
      <span className="grow" />
      {analysis && (
        <Button
          icon="link"
          aria-label={t("app.saved.copy")}
          onClick={() => void copyText(absolute(`/a/${id}`), t("app.share.copied"))}
        >
          <span className="saved-button">{t("app.saved.copy")}</span>
        </Button>
      )}
      {address && (
        <Link className="btn primary" href={`/#${encodeAddress(address)}`}>
          {t("app.saved.open")}
        </Link>
      )}
      <ThemeMenu />
    </header>
  );
}

function Article({ analysis }: { analysis: SavedAnalysis }) {
  const panels = savedPanels(analysis);
  const address = savedAddress(analysis);
  const selection = useMemo(() => {
    const store = createSelection();
    const saved = savedAddress(analysis);
    store.replace(saved?.pin ?? null, saved?.range ?? null);
    return store;
  }, [analysis]);
  const created = new Intl.DateTimeFormat("en", { dateStyle: "long" }).format(new Date(analysis.created));
  const paragraphs = (analysis.notes ?? "").split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "");
  return (
    <>
      <div className="saved-body">
        <Contents panels={panels} notes={paragraphs.length > 0} />
        <main id="main" tabIndex={-1} className="saved-article">
          <h1>{analysis.title}</h1>
          <p className="sm ink-3">{t("app.saved.meta", { date: created, count: panels.length })}</p>
          <div id="notes" className="saved-notes">
            {paragraphs.map((paragraph, index) => (
              <p key={index}>{paragraph}</p>
            ))}
          </div>
          <h2 className="sr-only">{t("app.tabs.panels")}</h2>
          <div className="saved-panels">
            {panels.map((panel, index) => (
              <SavedPanelView key={`${panel.key}-${index}`} id={`panel-${index}`} panel={panel} selection={selection} />
            ))}
          </div>
        </main>
        <Side analysis={analysis} prompt={address?.prompt ?? null} />
      </div>
      <Provenance analysis={analysis} />
    </>
  );
}
