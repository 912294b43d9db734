import type { ResultDocument } from "../../kinds/types";
import { factNumber, factProbability, factText, outputRowOf, predictions, type Prediction } from "../../state/reading";
import type { Question } from "../../state/workspace";

export interface Answer {
  /** What the methods take where the question is left open. */
  target: string | null;
  distractor: string | null;
  /** Of target and distractor, in the model's output. */
  probabilities: [number, number] | null;
  /** Logit of the target over that of the distractor. */
  difference: number | null;
  /** What the model would say here, likeliest first. */
  likely: Prediction[];
}

/** What the open results say about the question. */
export function answerOf(documents: ResultDocument[], question: Question, position: number): Answer {
  const likely = firstOf(documents, (document) => outputPredictions(document, position)) ?? [];
  const facts = firstOf(documents, (document) =>
    answers(document, question, position) ? document.result.facts : null,
  );
  const target = question.target || factText(facts?.target) || likely[0]?.text || null;
  const distractor =
    question.distractor || factText(facts?.distractor) || likely.find(({ text }) => text !== target)?.text || null;
  const [one, other] = [target, distractor].map((text) => likely.find((prediction) => prediction.text === text));
  const logits = one?.logit != null && other?.logit != null ? one.logit - other.logit : null;
  const [oneOf, otherOf] = [
    factProbability(facts?.target) ?? one?.probability,
    factProbability(facts?.distractor) ?? other?.probability,
  ];
  return {
    target,
    distractor,
    probabilities: oneOf !== undefined && otherOf !== undefined ? [oneOf, otherOf] : null,
    difference: factNumber(facts?.model_value) ?? logits,
    likely,
  };
}

function outputPredictions(document: ResultDocument, position: number): Prediction[] | null {
  const row = outputRowOf(document);
  return row === null ? null : predictions(document, row, position);
}

/** Whether a document is about this very question. */
function answers({ result, request }: ResultDocument, question: Question, position: number): boolean {
  if (!("target" in result.facts) || !("distractor" in result.facts)) return false;
  const asked = Number(request.position ?? -1);
  const same = (name: string, value: string) => (request[name] ?? "") === value;
  return (
    same("target", question.target) &&
    same("distractor", question.distractor) &&
    (asked === position || result.tokens.length + asked === position)
  );
}

function firstOf<T>(documents: ResultDocument[], read: (document: ResultDocument) => T | null): T | null {
  for (const document of documents) {
    const found = read(document);
    if (found !== null) return found;
  }
  return null;
}
