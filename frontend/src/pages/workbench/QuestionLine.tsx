import { useMethods } from "../../state/catalogue";
import { useDocuments } from "../../state/documents";
import { readsQuestion } from "../../state/request";
import { runPanels } from "../../state/runner";
import { usePin } from "../../state/selection";
import { useTokens } from "../../state/tokens";
import { useWorkspace, type Question } from "../../state/workspace";
import { Button, IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { probability, signed } from "../../ui/numbers";
import { answerOf } from "./question";
import { TokenField } from "./TokenField";
import "./QuestionLine.css";

/** "Why Mary rather than John at 14": what every attribution panel is asked. */
export function QuestionLine() {
  const { question, setQuestion, panels } = useWorkspace();
  const methods = useMethods();
  const documents = useDocuments();
  const { tokens } = useTokens();
  const pinned = usePin()?.position ?? null;
  const last = tokens.length - 1;
  const position = question.position < 0 ? tokens.length + question.position : question.position;
  const answer = answerOf(documents, question, position);

  const ask = (change: Partial<Question>) => {
    setQuestion(change);
    const readers = panels.filter(({ method }) => readsQuestion(methods.find(({ id }) => id === method)));
    void runPanels(readers.map(({ uid }) => uid));
  };
  const asked = question.target !== "" || question.distractor !== "";
  return (
    <div className="question-line" role="group" aria-label={t("app.question.label")}>
      <span>{t("app.question.why")}</span>
      <TokenField
        label={t("app.question.target")}
        tone="target"
        value={question.target}
        implied={answer.target}
        likely={answer.likely}
        onCommit={(target) => ask({ target })}
      />
      <span>{t("app.question.rather")}</span>
      <TokenField
        label={t("app.question.distractor")}
        tone="distractor"
        value={question.distractor}
        implied={answer.distractor}
        likely={answer.likely}
        onCommit={(distractor) => ask({ distractor })}
      />
      {asked && (
        <IconButton
          icon="swap"
          label={t("app.question.swap")}
          onClick={() => ask({ target: question.distractor, distractor: question.target })}
        />
      )}
      <span className="question-numbers">
        {last >= 0 && <span>{t("app.question.at", { position: Math.max(0, position) })}</span>}
        {answer.probabilities && (
          <span className="question-odds">
            {t("app.question.odds", {
              target: probability(answer.probabilities[0]),
              distractor: probability(answer.probabilities[1]),
            })}
          </span>
        )}
        {answer.difference !== null && (
          <span>
            <span className="question-odds">{t("app.question.difference")} </span>
            <b>{signed(answer.difference)}</b>
          </span>
        )}
      </span>
      {pinned !== null && pinned !== position && pinned <= last && (
        <Button size="s" variant="quiet" onClick={() => ask({ position: pinned === last ? -1 : pinned })}>
          {t("app.question.askAt", { position: pinned })}
        </Button>
      )}
    </div>
  );
}
