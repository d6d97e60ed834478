/**
 * What a model answered to questions about texts, with what is true.
 *
 * @module
 */
import type { AnyPredictions } from "./predictions.ts";

/** The answers to some questions. All lists are in row order. */
export interface AnswerPredictions extends AnyPredictions {
  readonly kind: "answers";
  /** The right answers of each row, any of which counts; none where the context holds no answer. */
  readonly truth: readonly (readonly string[])[];
  /** What the model answers; the empty text where it says that the context holds no answer. */
  readonly predicted: readonly string[];
  /** The best answer that is a text, whether or not the model prefers none; empty where there is none. */
  readonly best: readonly string[];
  /**
   * The score of no answer minus that of the best text, each the sum of two logits, [rows]; infinite
   * where there is no text.
   */
  readonly nullDifferences: Float64Array;
}
