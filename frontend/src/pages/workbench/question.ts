import type { ResultDocument } from "../../kinds/types";
import { factNumber, factProbability, factTexts, outputRowOf, predictions, type Prediction } from "../../state/reading";
import type { Question, TokenTexts } from "../../state/workspace";

export interface Answer {
  /** What the methods take where the question is left open; empty while nothing is known. */
  target: TokenTexts;
  distractor: TokenTexts;
  /** Of target and distractor, in the model's output. */
  probabilities: [number, number] | null;
  /** Mean logit of the targets over that of the distractors. */
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
  const best = likely.find(({ text }) => !question.distractor.includes(text));
  const target = firstFilled(question.target, factTexts(facts?.target), best ? [best.text] : []);
  const next = likely.find(({ text }) => !target.includes(text));
  const distractor = firstFilled(question.distractor, factTexts(facts?.distractor), next ? [next.text] : []);
  const [one, other] = [target, distractor].map((texts) => found(likely, texts));
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

const firstFilled = (...lists: TokenTexts[]): TokenTexts => lists.find((list) => list.length > 0) ?? [];

/** Several tokens as one: probabilities add up, logits are averaged. Null unless all of them are known. */
function found(likely: Prediction[], texts: TokenTexts): { probability: number; logit: number | null } | null {
  const all = texts.map((text) => likely.find((prediction) => prediction.text === text));
  if (all.length === 0 || !all.every((one) => one !== undefined)) return null;
  const logits = all.map(({ logit }) => logit);
  return {
    probability: all.reduce((sum, { probability }) => sum + probability, 0),
    logit: logits.every((logit) => logit !== null) ? logits.reduce((sum, logit) => sum + logit, 0) / all.length : null,
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
  const same = (name: string, texts: TokenTexts) => {
    const own = request[name] ?? [];
    return JSON.stringify(Array.isArray(own) ? own : [own]) === JSON.stringify(texts);
  };
  return (
    same("target", question.target) &&
    same("distractor", question.distractor) &&
    (asked === position || result.tokens.length + asked === position)
  );
}

function firstOf<T>(documents: ResultDocument[], read: (document: ResultDocument) => T | null): T | null {
  for (const document of documents) {
    const one = read(document);
    if (one !== null) return one;
  }
  return null;
}
