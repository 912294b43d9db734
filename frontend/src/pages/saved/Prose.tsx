import { lazy, Suspense } from "react";
import { ErrorBoundary } from "../frame/ErrorBoundary";
import "./Prose.css";

const Markdown = lazy(() => import("./Markdown"));

/** Quotes and lists within each other at the start of a line, beyond what any text has: reading them takes minutes. */
const TOO_DEEP = /^(?:[ \t]*(?:>|[*+-](?=[ \t])|\d{1,9}[.)](?=[ \t]))){101}/m;

/** A text of the report. It stands as it was typed until what reads Markdown is there. */
export function Prose({ text, id }: { text: string; id?: string }) {
  const typed = <p className="prose-typed">{text}</p>;
  if (TOO_DEEP.test(text)) return <div className="prose">{typed}</div>;
  return (
    <div className="prose" id={id} dir="auto">
      <ErrorBoundary key={text} fallback={typed}>
        <Suspense fallback={typed}>
          <Markdown text={text} />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}
