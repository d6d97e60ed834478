/**
 * The options of question answering.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import {
  finiteNumber,
  type Rules,
  text,
  whole,
  wholeFrom0,
  yesOrNo,
} from "../../core/option_rules.ts";

/** Where questions and answers stand, and how answers are found. */
export interface QuestionAnsweringOptions {
  /** The column of the question; `question` unless given. */
  readonly question?: string;
  /** The column of the text that holds the answer; `context` unless given. */
  readonly context?: string;
  /**
   * The column of the right answers, `answers` unless given: `{ text: […], answer_start: […] }` as in
   * SQuAD, or a list of `{ text, start }`, with offsets in code points as Python counts them. Empty
   * lists where the text holds no answer. Training learns the first of several.
   */
  readonly answers?: string;
  /**
   * Tokens that a window of a long context shares with the one before; 128 unless given, but at most
   * half of a window (`doc_stride` of transformers).
   */
  readonly stride?: number;
  /** The longest answer in tokens; 30 unless given (`max_answer_length`). */
  readonly maxAnswerTokens?: number;
  /** How many candidates an answer comes with; 20 unless given (`n_best_size`). */
  readonly nBest?: number;
  /**
   * Whether the model may say that a text holds no answer (`version_2_with_negative`); unless given,
   * where the training rows have such questions, and in a model whose training rows are not known.
   */
  readonly unanswerable?: boolean;
  /**
   * How far the score of no answer must be above that of the best text, as sums of two logits; 0
   * unless given (`null_score_diff_threshold`). `bestNullThreshold` finds the best one.
   */
  readonly nullThreshold?: number;
}

const rules: Rules<QuestionAnsweringOptions> = {
  question: text,
  context: text,
  answers: text,
  stride: wholeFrom0,
  maxAnswerTokens: whole,
  nBest: whole,
  unanswerable: yesOrNo,
  nullThreshold: finiteNumber,
};

/** The names of the options, as a plan file has them. */
export const questionAnsweringOptions: readonly string[] = Object.keys(rules);

/** The options without those that are undefined. */
export function givenOptions(options: QuestionAnsweringOptions): QuestionAnsweringOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Throws one error of kind "input" with everything that is wrong. */
export function checkQuestionAnsweringOptions(options: QuestionAnsweringOptions): void {
  checkOptions("question-answering", options, rules, () => sameColumns(options));
}

function sameColumns(
  { question = "question", context = "context", answers = "answers" }: QuestionAnsweringOptions,
): Mistake[] {
  if (new Set([question, context, answers]).size === 3) return [];
  return [
    mistakeOf((nameOf) => {
      const [first, second, third] = ["question", "context", "answers"].map(nameOf);
      return `${first}, ${second} and ${third} must be three different columns`;
    }),
  ];
}
