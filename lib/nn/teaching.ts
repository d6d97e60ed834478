/**
 * What rows say of the models that they are learned from.
 *
 * @module
 */
import type { ComparedLayers } from "./below_head.ts";
import type { ModelConfig } from "./family.ts";

/** Rows whose loss compares the model with others that are trained already. */
export interface Teaching<AskedTask, Objective, Outputs, TaughtRows> {
  /** What the teachers are asked as. */
  readonly task: AskedTask;
  /** The labels in the order of the model's numbers; empty where they have no names. */
  readonly labels: readonly string[];
  /** Where each teacher is, as `open` takes it. */
  readonly teachers: readonly string[];
  /** The folder in which their answers are kept. */
  readonly answersIn: string;
  /**
   * Which layers of the model and of its teacher are compared, once both are open; none unless given. An error of kind
   * "input" where the two do not fit.
   */
  compared?(own: ModelConfig, taught: ModelConfig): ComparedLayers;
  /** True where something is compared token by token, so that teachers must read the same tokens. */
  readonly isPerToken: boolean;
  /**
   * What teachers are asked with, made of the objective of the task; that itself unless given. Teachers must then have
   * the model's vocabulary, since what they say is of its tokens.
   */
  askedWith?(own: Objective): Objective;
  /** What else the answers depend on, as a text. */
  readonly about?: string;
  /**
   * The same rows with what each teacher gives for each sequence: its outputs in the order of the labels, then the
   * hidden states that were asked, and then the attention, token by token.
   */
  withAnswers(answers: readonly Outputs[], compared: ComparedLayers | undefined): TaughtRows;
}
