/**
 * The held-out rows that every deployment is proved on, and what the trained model says to them.
 *
 * @module
 */
import type { Rows } from "../nn/run_over.ts";
import type { Examples, Outputs } from "../nn/task.ts";
import type { AnswerProof } from "./ask_reader.ts";
import type { LanguageProof } from "./language_proof.ts";

/** A score with its 95 % interval, where there is one: how far it may be off on other rows. */
export interface RowScore {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** The metric that judges the run, on the rows of a proof. */
export interface RowScorer {
  /** Its name in the plan, `accuracy`. */
  readonly metric: string;
  readonly better: "higher" | "lower";
  /** The least and the greatest value; any number unless given. */
  readonly range?: readonly [number, number];
  /** The trained model's score of the same rows. */
  readonly trained: RowScore;
  /** The score of other outputs for the first sequences, as many as there are outputs. */
  scoreOf(outputs: Outputs): Promise<RowScore>;
}

/** Rows with what the trained model gave for them. */
export interface HeldOutRows {
  readonly rows: Rows & Pick<Examples, "countsOf">;
  /** What the trained model gave for each sequence. */
  readonly expected: Outputs;
  /** The kind of the task's predictions, which says what an answer is. */
  readonly kind: string;
  /** Rows as texts, and what the trained model says to them. */
  readonly answers: AnswerProof;
  /** What the trained model says at some tokens, where it is a language model. */
  readonly language?: LanguageProof;
  /** Absent where no metric of the plan is one number of these predictions. */
  readonly score?: RowScorer;
}
