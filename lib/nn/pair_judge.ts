/**
 * What says which of two answers to a prompt is better.
 *
 * @module
 */
/** Two answers to a prompt, in an order that says nothing of who wrote them. */
export interface JudgedPair<Input = unknown> {
  /** What was asked, as the task takes it: a text or messages. */
  readonly prompt: Input;
  /** What was written, without the token that ends it. */
  readonly answers: readonly [string, string];
  /** The other columns of the row; none for prompts of one's own. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Aborted when a person stops what is running. */
  readonly signal: AbortSignal;
}

/** Which answer is better, the first (0) or the second (1); `tie` where neither is. */
export type PairJudgement = 0 | 1 | "tie";

/** Says which of two answers is better, at once or later: a person, a rule, a model, a server. */
export interface PairJudge<Input = unknown> {
  (pair: JudgedPair<Input>): PairJudgement | Promise<PairJudgement>;
  /** The columns of the row that it cannot do without; a training is refused where one is missing. */
  readonly columns?: readonly string[];
}
