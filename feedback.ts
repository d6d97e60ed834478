/**
 * What asks people: the page where they judge, and what they have said.
 *
 * @module
 */

// The page
export { type Feedback, feedback } from "./lib/feedback/feedback.ts";
export type { FeedbackOptions, NextItem, ScoreItems } from "./lib/feedback/feedback_options.ts";
export type { FeedbackPage, FeedbackRows } from "./lib/feedback/open_feedback.ts";
export type { FeedbackColumns } from "./lib/feedback/rows/feedback_columns.ts";
export type {
  AnswersContent,
  FeedbackContent,
  FeedbackItem,
  FeedbackKind,
  FeedbackSpan,
  FeedbackTurn,
  FeedbackValue,
  TextContent,
} from "./lib/feedback/item.ts";

// What they have said
export {
  type AnswerRowsOptions,
  type FeedbackAnswers,
  readFeedback,
} from "./lib/feedback/answers/feedback_answers.ts";
export type { WhoseAnswers } from "./lib/feedback/answers/answer_rows.ts";
export type { FeedbackAgreement } from "./lib/feedback/answers/agreement.ts";
export type { FeedbackRater } from "./lib/feedback/answers/rater_rows.ts";

// Agreement
export { cohenKappa, type CohenKappaOptions } from "./lib/feedback/agreement/cohen_kappa.ts";
export {
  krippendorffAlpha,
  type KrippendorffAlphaOptions,
  type Rating,
  type RatingLevel,
} from "./lib/feedback/agreement/krippendorff_alpha.ts";
