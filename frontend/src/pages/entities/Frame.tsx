import type { ReactNode } from "react";
import type { ApiProblem } from "../../api/client";
import type { RunProgress } from "../../api/types";
import type { Token as TokenType } from "../../kinds/types";
import type { SelectionStore } from "../../kinds/types";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { Progress } from "../../ui/Progress";
import { Link } from "../frame/Link";
import { ServerGone } from "../frame/ServerGone";
import { TopBar } from "../frame/TopBar";
import { PromptBar } from "./PromptBar";
import { useEntityKeys } from "./useKeys";
import type { Origin } from "./usePrompt";
import "./Entities.css";

interface FrameProps {
  /** "Heads", in the bar at the top. */
  kind: string;
  /** "Head 1.1". */
  title: string;
  /** Beside the title: what it is called. */
  words?: ReactNode;
  /** Which of how many, in a line. */
  about: ReactNode;
  origin: Origin;
  tokens: readonly TokenType[];
  selection: SelectionStore;
  previous: (() => void) | null;
  next: (() => void) | null;
  /** Names of the two buttons. */
  steps: { previous: string; next: string };
  actions?: ReactNode;
  /** How far the slowest answer is. */
  progress?: RunProgress | null;
  children: ReactNode;
}

/** The frame that pages about one part of a model share: the prompt in a bar, the title, the neighbours, the sections. */
export function Frame(props: FrameProps) {
  const { kind, title, words, about, origin, tokens, selection, previous, next, steps, actions, progress, children } =
    props;
  useEntityKeys({ previous, next, back: origin.back });
  return (
    <div className="page entity-page">
      <title>{t("app.pageTitle", { title })}</title>
      <TopBar title={kind} />
      <ServerGone />
      <PromptBar origin={origin} tokens={tokens} selection={selection} />
      <main id="main" tabIndex={-1} className="entity">
        <header className="entity-head">
          <div className="entity-name">
            <h1>{title}</h1>
            {words}
            <p className="sm ink-2">{about}</p>
          </div>
          <div className="entity-actions">
            <IconButton
              icon="chevronLeft"
              size="m"
              label={steps.previous}
              shortcut="←"
              disabled={!previous}
              onClick={() => previous?.()}
            />
            <IconButton
              icon="chevronRight"
              size="m"
              label={steps.next}
              shortcut="→"
              disabled={!next}
              onClick={() => next?.()}
            />
            {actions}
          </div>
        </header>
        {progress && progress.total > 0 && (
          <div className="entity-progress xs ink-3">
            <span>{t("entity.progress", { stage: progress.stage, done: progress.done, total: progress.total })}</span>
            <Progress value={progress.done / progress.total} />
          </div>
        )}
        <h2 className="sr-only">{t("entity.known")}</h2>
        {children}
      </main>
    </div>
  );
}

/** Codes of answers that are about the address itself: there is no such model, layer, head or neuron. */
const NOWHERE = new Set([
  "unknown_model",
  "layer_out_of_range",
  "head_out_of_range",
  "neuron_out_of_range",
  "missing_capability",
]);

export const isNowhere = (problem: ApiProblem | null): problem is ApiProblem =>
  problem !== null && NOWHERE.has(problem.body.code);

/** Cause and remedy as the server says them. */
export const saying = ({ body }: ApiProblem): string =>
  [body.message, body.remedy ?? ""]
    .filter(Boolean)
    .map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(" ");

interface NowhereProps {
  kind: string;
  title: string;
  text: string;
  /** A page of the same kind that does exist. */
  instead?: { href: string; label: string } | null;
}

/** The page of an address that names nothing. */
export function Nowhere({ kind, title, text, instead }: NowhereProps) {
  return (
    <div className="page entity-page">
      <title>{t("app.pageTitle", { title })}</title>
      <TopBar title={kind} />
      <ServerGone />
      <main id="main" tabIndex={-1} className="page-center">
        <h1 className="sr-only">{kind}</h1>
        <Notice
          level={2}
          tone="fail"
          title={title}
          actions={
            <>
              {instead && (
                <Link className="btn primary" href={instead.href}>
                  {instead.label}
                </Link>
              )}
              <Link className="btn" href="/models">
                {t("entity.models")}
              </Link>
            </>
          }
        >
          {text}
        </Notice>
      </main>
    </div>
  );
}
