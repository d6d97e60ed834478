/**
 * What question answering gives back.
 *
 * @module
 */
import type { AnswerCandidate, BestSpans } from "./best_spans.ts";
import type { QuestionRow } from "./read_questions.ts";

/** A question about a text. */
export interface Question {
  readonly question: string;
  readonly context: string;
}

/** What the model answers to one question. */
export interface QuestionAnswer extends Question {
  /** The answer; empty where the model says that the context holds none. */
  readonly text: string;
  /** Where it stands in the context, in UTF-16 code units as `context.slice(start, end)` takes. */
  readonly start: number;
  readonly end: number;
  /** How sure the model is, from 0 to 1: of this answer, or of none. */
  readonly score: number;
  readonly isAnswerable: boolean;
  /** The best texts of the context, the best one first, whether or not the model prefers none. */
  readonly nBest: readonly AnswerCandidate[];
}

/** When a model says that there is no answer. */
export interface NullRule {
  /** Whether it may say so at all. */
  readonly unanswerable: boolean;
  /** How far the score of no answer must be above that of the best text, as a sum of two logits. */
  readonly nullThreshold: number;
}

/** The score of no answer minus that of the best text; infinite where there is no text. */
export function nullDifference({ candidates: [best], nullLogit }: BestSpans): number {
  return best ? nullLogit - best.logit : Infinity;
}

/** Whether a model's spans mean that the context holds no answer. */
export function isRefused(spans: BestSpans, { unanswerable, nullThreshold }: NullRule): boolean {
  if (spans.candidates.length === 0) return true;
  return unanswerable && nullDifference(spans) > nullThreshold;
}

/** The answer to one question. */
export function questionAnswer(
  { question, context }: QuestionRow,
  spans: BestSpans,
  rule: NullRule,
): QuestionAnswer {
  const isAnswerable = !isRefused(spans, rule);
  const { candidates: nBest, nullScore } = spans;
  const none = { text: "", start: 0, end: 0, score: nullScore };
  const { text, start, end, score } = isAnswerable ? nBest[0] : none;
  return { question, context, text, start, end, score, isAnswerable, nBest };
}
