/**
 * The options of question answering.
 *
 * @module
 */
import { columnNameMistakes, refuseOptions, unknownOptions } from "../shared/options.ts";

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

/** The names of the options, as a plan file has them. */
export const questionAnsweringOptions: readonly (keyof QuestionAnsweringOptions)[] = [
  "question",
  "context",
  "answers",
  "stride",
  "maxAnswerTokens",
  "nBest",
  "unanswerable",
  "nullThreshold",
];

/** The options without those that are undefined. */
export function givenOptions(options: QuestionAnsweringOptions): QuestionAnsweringOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const isWhole = (value: unknown, least: number) =>
  Number.isSafeInteger(value) && value as number >= least;
const count = ["a whole number above 0", (value: unknown) => isWhole(value, 1)] as const;

const rules: Readonly<Record<string, readonly [wants: string, fits: (value: unknown) => boolean]>> =
  {
    stride: ["a whole number from 0", (value) => isWhole(value, 0)],
    maxAnswerTokens: count,
    nBest: count,
    unanswerable: ["true or false", (value) => typeof value === "boolean"],
    nullThreshold: ["a finite number", Number.isFinite],
  };

/** Throws one error of kind "input" with everything that is wrong. */
export function checkQuestionAnsweringOptions(options: QuestionAnsweringOptions): void {
  const wrong = [
    ...unknownOptions(options, questionAnsweringOptions),
    ...columnNameMistakes(options, [], ["question", "context", "answers"]),
  ];
  for (const [name, value] of Object.entries(options)) {
    const [wants, fits] = Object.hasOwn(rules, name) ? rules[name] : [];
    if (value === undefined || !fits || fits(value)) continue;
    wrong.push(`${name} is ${JSON.stringify(value)}, but must be ${wants}`);
  }
  const { question = "question", context = "context", answers = "answers" } = options;
  if (new Set([question, context, answers]).size < 3) {
    wrong.push("question, context and answers must be three different columns");
  }
  refuseOptions("question-answering", wrong);
}
