import { lazy, Suspense, type ReactNode } from "react";
import { ErrorBoundary } from "./pages/frame/ErrorBoundary";
import { HelpDialog } from "./pages/frame/HelpDialog";
import { useKeys } from "./pages/workbench/useKeys";
import Workbench from "./pages/Workbench";
import { usePath } from "./state/url";
import { t } from "./ui/i18n";
import { Notice } from "./ui/Notice";
import { Toaster } from "./ui/Toast";
import "./app.css";

const Models = lazy(() => import("./pages/Models"));
const Gallery = lazy(() => import("./pages/Gallery"));
const ModelCard = lazy(() => import("./pages/ModelCard"));
const Docs = lazy(() => import("./pages/Docs"));
const Saved = lazy(() => import("./pages/Saved"));
const Head = lazy(() => import("./pages/Head"));
const Neuron = lazy(() => import("./pages/Neuron"));
const NotFound = lazy(() => import("./pages/NotFound"));

/** The page of an address. */
function pageOf(path: string): ReactNode {
  const [, first = "", ...rest] = path.split("/");
  if (first === "") return <Workbench />;
  if (first === "models" && rest.length === 0) return <Models />;
  if (first === "models" && rest.length === 2 && rest[1] === "card") return <ModelCard id={rest[0]} />;
  if (first === "gallery" && rest.length === 0) return <Gallery />;
  if (first === "docs") return <Docs method={rest.join("/")} />;
  if (first === "a" && rest.length === 1) return <Saved id={rest[0]} />;
  if (first === "heads") return <Head parts={rest} />;
  if (first === "neurons") return <Neuron parts={rest} />;
  return <NotFound />;
}

export function App() {
  const path = usePath();
  useKeys(path === "/");
  return (
    <>
      <a className="skip-link" href="#main" onClick={skip}>
        {t("app.skip")}
      </a>
      <ErrorBoundary
        key={path}
        fallback={
          <Notice tone="fail" title={t("app.crashed")}>
            {t("app.crashedNote")}
          </Notice>
        }
      >
        <Suspense fallback={null}>{pageOf(path)}</Suspense>
      </ErrorBoundary>
      <HelpDialog />
      <Toaster />
    </>
  );
}

/** To the main part, without touching the address. */
function skip(event: { preventDefault: () => void }) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
