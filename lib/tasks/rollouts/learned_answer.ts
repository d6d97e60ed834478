/**
 * Sampled answers as a loss takes them.
 *
 * @module
 */

/** What is learned of each token of an answer, with a value function; lists are [length]. */
export interface TokenEstimates {
  readonly advantages: Float32Array;
  /** What was expected before each token when the answer was sampled. */
  readonly oldValues: Float32Array;
  /** What should have been expected. */
  readonly returns: Float32Array;
}

/** An answer that a step learns from. */
export interface LearnedAnswer {
  /** The prompt and the answer, [tokens]. */
  readonly ids: Int32Array;
  /** How many of the last tokens are the answer. */
  readonly length: number;
  /** Log probabilities of the answer's tokens when they were sampled, [length]. */
  readonly oldLogProbs: Float32Array;
  /** The same by the reference, where the loss asks it. */
  readonly referenceLogProbs?: Float32Array;
  /**
   * How much better the answer is than what could be expected; with estimates the mean of its tokens. Of a method that
   * selects answers 1, or −1 for the worse one of a pair.
   */
  readonly advantage: number;
  /** What is learned of each token, where there is a value function. */
  readonly estimates?: TokenEstimates;
  /** Log probabilities of all tokens by a teacher, where there is one, [length · vocabulary]. */
  readonly teacherLogProbs?: Float32Array;
  /** False for an answer that the loss leaves out. */
  readonly counts: boolean;
}

/** The answers that the present step learns from. */
export interface LearnedAnswers {
  /** The answer of a sequence. */
  of(sequence: number): LearnedAnswer;
  /** The sequences of each prompt that are learned from. */
  readonly groups: readonly (readonly number[])[];
  /** The most tokens of an answer. */
  readonly maxNewTokens: number;
}
