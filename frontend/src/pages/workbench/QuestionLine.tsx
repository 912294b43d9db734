import type { ReactNode } from "react";
import type { Token } from "../../kinds/types";
import { useMethods } from "../../state/catalogue";
import { useDocuments } from "../../state/documents";
import { readsQuestion } from "../../state/request";
import { runPanels } from "../../state/runner";
import { usePin } from "../../state/selection";
import { useWorkspace, type Question } from "../../state/workspace";
import { Button, IconButton } from "../../ui/Button";
import { Side } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { probability, signed } from "../../ui/numbers";
import { answerOf, type Answer } from "./question";
import { TokenField } from "./TokenField";
import "./QuestionLine.css";

interface QuestionLineProps {
  tokens: Token[];
  /** Right of the question: switches that belong to the prompts. */
  children?: ReactNode;
}

/** "Why Mary rather than John at 14": what every attribution panel is asked. */
export function QuestionLine({ tokens, children }: QuestionLineProps) {
  const { question, second } = useWorkspace();
  const ask = useAsk();
  const [own, others] = [useDocuments("a"), useDocuments("b")];
  const pinned = usePin()?.position ?? null;
  const last = tokens.length - 1;
  const position = question.position < 0 ? tokens.length + question.position : question.position;
  const answer = answerOf(own, question, position);
  const asked = question.target.length + question.distractor.length > 0;
  return (
    <div className="question-line" role="group" aria-label={t("app.question.label")}>
      <span>{t("app.question.why")}</span>
      <TokenField
        tone="target"
        texts={question.target}
        implied={answer.target}
        likely={answer.likely}
        onChange={(target) => ask({ target })}
      />
      <span>{t("app.question.rather")}</span>
      <TokenField
        tone="distractor"
        texts={question.distractor}
        implied={answer.distractor}
        likely={answer.likely}
        onChange={(distractor) => ask({ distractor })}
      />
      {asked && (
        <IconButton
          icon="swap"
          label={t("app.question.swap")}
          onClick={() => ask({ target: question.distractor, distractor: question.target })}
        />
      )}
      <span className="question-numbers">
        {last >= 0 && !second && <span>{t("app.question.at", { position: Math.max(0, position) })}</span>}
        {second ? (
          <Differences a={answer} b={answerOf(others, question, question.position < 0 ? lastOf(others) : position)} />
        ) : (
          <Odds {...answer} />
        )}
      </span>
      {pinned !== null && pinned !== position && pinned <= last && (
        <Button size="s" variant="quiet" onClick={() => ask({ position: pinned === last ? -1 : pinned })}>
          {t("app.question.askAt", { position: pinned })}
        </Button>
      )}
      {children && <span className="question-more">{children}</span>}
    </div>
  );
}

/** Change the question and run the panels that read it. */
function useAsk() {
  const methods = useMethods();
  return (change: Partial<Question>) => {
    const { setQuestion, panels } = useWorkspace.getState();
    setQuestion(change);
    const readers = panels.filter(({ method }) => readsQuestion(methods.find(({ id }) => id === method)));
    void runPanels(readers.map(({ uid }) => uid));
  };
}

const lastOf = (documents: { result: { tokens: unknown[] } }[]) =>
  (documents.find(({ result }) => result.tokens.length > 0)?.result.tokens.length ?? 0) - 1;

function Odds({ probabilities, difference }: Answer) {
  return (
    <>
      {probabilities && (
        <span className="question-odds">
          {t("app.question.odds", { target: probability(probabilities[0]), distractor: probability(probabilities[1]) })}
        </span>
      )}
      {difference !== null && (
        <span>
          <span className="question-odds">{t("app.question.difference")} </span>
          <b>{signed(difference)}</b>
        </span>
      )}
    </>
  );
}

function Differences({ a, b }: { a: Answer; b: Answer }) {
  if (a.difference === null && b.difference === null) return null;
  return (
    <span className="question-sides">
      <span className="question-odds">{t("app.question.difference")}</span>
      <Side side="A" />
      <b>{signed(a.difference)}</b>
      <Side side="B" />
      <b>{signed(b.difference)}</b>
    </span>
  );
}
