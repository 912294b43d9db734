import "./docs/messages";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ReactNode } from "react";
import { asProblem } from "../api/client";
import { methodsQuery } from "../api/queries";
import { byQuestion } from "../state/catalogue";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { Link } from "./frame/Link";
import { ServerGone } from "./frame/ServerGone";
import { TopBar } from "./frame/TopBar";
import { MethodDocs } from "./docs/MethodDocs";
import { Overview } from "./docs/Overview";
import "./docs/Docs.css";

const Kinds = lazy(() => import("./docs/Kinds"));
const States = lazy(() => import("./docs/States"));

/** What the path names after `/docs/`: a reference page, or a method. */
export default function Docs({ method: path }: { method: string }) {
  const [first, ...rest] = path.split("/");
  if (first === "kinds")
    return (
      <Reference title={t("docs.kinds.title")}>
        <Kinds kind={rest.join("/")} />
      </Reference>
    );
  if (path === "states")
    return (
      <Reference title={t("docs.states.title")}>
        <States />
      </Reference>
    );
  return <Methods method={path} />;
}

/** A page that needs the whole width and nothing from the server. */
function Reference({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title })}</title>
      <TopBar title={title} />
      <main id="main" tabIndex={-1} className="docs-wide">
        <p className="docs-back">
          <Link href="/docs">{t("docs.back")}</Link>
        </p>
        <Suspense fallback={null}>{children}</Suspense>
      </main>
    </div>
  );
}

/** What every method does, takes and returns: told by the server, like the methods themselves. */
function Methods({ method: id }: { method: string }) {
  const { data, error, refetch } = useQuery(methodsQuery);
  const methods = data?.methods ?? [];
  const method = methods.find((candidate) => candidate.id === id);
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title: method?.title ?? t("app.nav.docs") })}</title>
      <TopBar title={t("app.nav.docs")} />
      <ServerGone />
      <div className="docs">
        <nav className="docs-list" aria-label={t("app.docs.methods")}>
          <Link href="/docs" aria-current={id === "" ? "page" : undefined}>
            {t("app.docs.overview")}
          </Link>
          {byQuestion(methods).map(({ question, methods: members }) => (
            <section key={question} aria-label={question}>
              <h2>{question}</h2>
              <ul>
                {members.map((member) => (
                  <li key={member.id}>
                    <Link href={`/docs/${member.id}`} aria-current={member.id === id ? "page" : undefined}>
                      {member.title}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
        <main id="main" tabIndex={-1} className="docs-main">
          {error && !data && (
            <Notice
              tone="fail"
              title={asProblem(error).body.message}
              actions={<Button onClick={() => void refetch()}>{t("app.failure.retry")}</Button>}
            />
          )}
          {data && id === "" && <Overview catalogue={data} />}
          {method && <MethodDocs method={method} />}
          {data && id !== "" && !method && (
            <Notice title={t("app.panels.unknown", { method: id })}>{t("app.panels.unknownNote")}</Notice>
          )}
        </main>
      </div>
    </div>
  );
}
