import "./card/messages";
import { useQuery } from "@tanstack/react-query";
import { cardQuery, NO_CARD, type ModelCard as Card } from "../api/card";
import { API, asProblem, type ApiProblem } from "../api/client";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { Skeleton } from "../ui/Skeleton";
import { Against } from "./card/Against";
import { CardHead } from "./card/CardHead";
import { Making } from "./card/Making";
import { Scorecard } from "./card/Scorecard";
import { Chips } from "./frame/Chips";
import { Link } from "./frame/Link";
import { ServerGone } from "./frame/ServerGone";
import { TopBar } from "./frame/TopBar";
import "./card/Card.css";

/** The id that a part of an address spells. */
function idOf(spelled: string): string {
  try {
    return decodeURIComponent(spelled);
  } catch {
    return spelled;
  }
}

/**
 * How a bundled model was made, what it was measured to do, and what does not hold on it.
 *
 * @param props.id - The id of the model as the address spells it.
 */
export default function ModelCard({ id: spelled }: { id: string }) {
  const id = idOf(spelled);
  const { data, error, refetch } = useQuery(cardQuery(id));
  return (
    <div className="page">
      <title>{t("app.pageTitle", { title: t("app.card.pageTitle", { model: data?.title ?? id }) })}</title>
      <TopBar title={t("app.card.title")}>
        <Chips />
      </TopBar>
      <ServerGone />
      <main id="main" tabIndex={-1} className="card">
        {data && <Opened card={data} />}
        {!data && error && <Unavailable id={id} problem={asProblem(error)} onRetry={() => void refetch()} />}
        {!data && !error && (
          <>
            <p className="sr-only" role="status">
              {t("app.card.loading")}
            </p>
            <Skeleton rows={12} columns={2} />
          </>
        )}
      </main>
    </div>
  );
}

function Opened({ card }: { card: Card }) {
  return (
    <>
      <CardHead card={card} />
      <div className="card-two">
        <Making training={card.training} />
        {card.findings_against.length > 0 && <Against findings={card.findings_against} />}
      </div>
      <Scorecard card={card} />
      <section className="card-see" aria-labelledby="card-see">
        <h2 id="card-see">{t("app.card.see")}</h2>
        <ul>
          <li>
            <Link href="/gallery">{t("app.card.gallery")}</Link>
          </li>
          <li>
            <a href={`${API}/prompt-sets`}>{t("app.card.promptSets")}</a>
          </li>
        </ul>
      </section>
    </>
  );
}

interface UnavailableProps {
  id: string;
  problem: ApiProblem;
  onRetry: () => void;
}

/** Why there is no card to read, and what can be done about it. */
function Unavailable({ id, problem, onRetry }: UnavailableProps) {
  const none = problem.body.code === NO_CARD;
  return (
    <>
      <h1 className="sr-only">{t("app.card.title")}</h1>
      <Notice
        level={2}
        tone={none ? "info" : "fail"}
        title={t(none ? "app.card.none" : "app.card.failed")}
        actions={
          <>
            {problem.status !== 404 && (
              <Button variant="primary" onClick={onRetry}>
                {t("app.failure.retry")}
              </Button>
            )}
            <Link className="btn" href="/models">
              {t("app.card.toModels")}
            </Link>
          </>
        }
      >
        {none
          ? t("app.card.noneNote", { model: id })
          : [problem.body.message, problem.body.remedy].filter(Boolean).join(" ")}
      </Notice>
    </>
  );
}
