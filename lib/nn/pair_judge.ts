/**
 * What says which of two answers to a prompt is better.
 *
 * @module
 */
import type { RewardSample } from "./reward.ts";

/** Two answers to the same prompt. */
export interface ComparedAnswers extends Pick<RewardSample, "prompt" | "row" | "step" | "signal"> {
  /** What the model wrote, without the token that ends it. Which answer comes first is drawn. */
  readonly first: string;
  readonly second: string;
}

/** Which answer is better. */
export type PairVerdict = "first" | "second" | "tie";

/** Compares two answers, at once or later. */
export interface PairJudge {
  (pair: ComparedAnswers): PairVerdict | Promise<PairVerdict>;
  /** The columns of the row that it cannot do without; a run is refused where one is missing. */
  readonly columns?: readonly string[];
}
