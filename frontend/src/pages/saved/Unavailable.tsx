import { useEffect, useRef } from "react";
import type { ApiProblem } from "../../api/client";
import { deletedHere } from "../../state/ownLinks";
import { workbenchHref } from "../../state/url";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { Link } from "../frame/Link";

interface UnavailableProps {
  id: string;
  problem: ApiProblem;
  onRetry: () => void;
}

/** Why there is nothing to read, and what can be done about it. */
export function Unavailable({ id, problem, onRetry }: UnavailableProps) {
  const absent = problem.status === 404;
  const deleted = absent && deletedHere(id);
  const main = useRef<HTMLElement>(null);
  // What was deleted a moment ago took the focus with it.
  useEffect(() => main.current?.focus(), []);
  const [title, note] = deleted
    ? [t("app.saved.deleted"), t("app.saved.deletedNote")]
    : absent
      ? [problem.body.message, t("app.saved.goneNote")]
      : [problem.body.message, problem.unreachable ? t("app.saved.serverGone") : (problem.body.remedy ?? "")];
  return (
    <main ref={main} id="main" tabIndex={-1} className="page-center">
      <h1 className="sr-only">{t("app.saved.unavailable")}</h1>
      <Notice
        tone={deleted ? "info" : "fail"}
        title={title}
        actions={
          <>
            {!absent && (
              <Button variant="primary" onClick={onRetry}>
                {t("app.failure.retry")}
              </Button>
            )}
            <Link className={absent ? "btn primary" : "btn"} href={workbenchHref()}>
              {t("app.saved.toWorkbench")}
            </Link>
          </>
        }
      >
        {note}
      </Notice>
    </main>
  );
}
