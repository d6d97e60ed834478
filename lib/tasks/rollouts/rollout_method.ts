/**
 * What tasks whose model samples its training rows differ in.
 *
 * @module
 */
import type { KlController } from "./kl_controller.ts";
import type { PolicyLoss } from "./policy_objective.ts";
import type { RolloutSettings } from "./sampling_options.ts";
import type { EstimateOptions } from "./token_estimates.ts";
import type { ValueLossOptions } from "./value_loss.ts";

/** How a task learns from its rollouts. */
export interface RolloutMethod extends RolloutSettings {
  readonly loss: PolicyLoss;
  /** True where the reference's log probabilities are asked, for the loss, for rewards or for the record. */
  readonly asksReference: boolean;
  /** How answers become advantages: as a whole, or token by token with a value function. */
  readonly learning: AnswerAdvantages | TokenAdvantages;
}

/** Advantages of whole answers, which are compared with each other. */
export interface AnswerAdvantages {
  readonly by: "answer";
  /**
   * The advantage of each answer, group after group.
   *
   * @param rewards NaN where no reward applies
   * @param divergences Σ log π − log π_ref over the tokens of each answer, where the reference is asked; 0 for
   * an answer that the loss leaves out
   */
  advantages(rewards: readonly number[], divergences: readonly number[] | undefined): number[];
}

/** Advantages of tokens, which are compared with what a value function expected. */
export interface TokenAdvantages extends EstimateOptions, ValueLossOptions {
  readonly by: "token";
  /** What the divergence from the reference costs. */
  readonly controller: KlController;
}
