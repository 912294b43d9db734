import { workbenchHref } from "../state/url";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { Link } from "./frame/Link";
import { ServerGone } from "./frame/ServerGone";
import { TopBar } from "./frame/TopBar";

export default function NotFound() {
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title: t("app.notFound") })}</title>
      <TopBar />
      <ServerGone />
      <main id="main" tabIndex={-1} className="page-center">
        <Notice
          icon="search"
          title={t("app.notFound")}
          actions={
            <Link className="btn primary" href={workbenchHref()}>
              {t("app.nav.workbench")}
            </Link>
          }
        >
          {t("app.notFoundNote")}
        </Notice>
      </main>
    </div>
  );
}
