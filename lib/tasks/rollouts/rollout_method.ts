/**
 * How a task learns from answers that its model samples.
 *
 * @module
 */
import type { Objective } from "../../nn/objective.ts";
import type { PolicyAnswer } from "../../nn/rollout.ts";
import type { ObjectiveContext } from "../../nn/task.ts";
import type { AnswersObjectiveOptions } from "./answers_objective.ts";
import type { KlController } from "./kl_controller.ts";
import type { PolicyLoss } from "./policy_objective.ts";
import type { WatchedLoss } from "./ratio_watch.ts";
import type { StepFigures } from "./rollout_record.ts";
import type { RolloutSettings } from "./sampling_options.ts";
import type { EstimateOptions } from "./token_estimates.ts";
import type { ValueLossOptions } from "./value_loss.ts";

/** How a task learns from its rollouts. */
export interface RolloutMethod extends RolloutSettings {
  readonly loss: WatchedLoss;
  /** What a training on the present answers minimises. */
  objective(options: AnswersObjectiveOptions & Pick<ObjectiveContext, "hiddenSize">): Objective;
  /** Divides the logits before a token is drawn; the loss's temperature unless given. */
  readonly temperature?: number;
  /**
   * The most answers to a prompt that are learned from: those whose advantage is not 0, the highest one first. All
   * of them unless given.
   */
  readonly mostLearned?: number;
  /** True where rewards compare the answers to a prompt with each other, so that their mean says nothing. */
  readonly isJudgedByPairs?: boolean;
  /** True where answers of equal rewards are learned from as well. */
  readonly learnsFromEqual?: boolean;
  /** True where the reference's log probabilities are asked, for the loss, for rewards or for the record. */
  readonly asksReference: boolean;
  /** How answers become advantages: as a whole, or token by token with a value function. */
  readonly learning: AnswerAdvantages | TokenAdvantages;
  /** What else the record has of a step. */
  figures?(rollout: ValuedRollout): StepFigures;
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
  advantages(
    rewards: readonly number[],
    divergences: readonly number[] | undefined,
    answers: readonly PolicyAnswer[],
  ): number[];
}

/** Advantages of tokens, which are compared with what a value function expected. */
export interface TokenAdvantages extends EstimateOptions, Pick<ValueLossOptions, "valueClip"> {
  readonly by: "token";
  /** What the divergence from the reference costs. */
  readonly controller: KlController;
}

/** A rollout with what its answers were worth; lists have a number for each answer. */
export interface ValuedRollout {
  readonly rewards: readonly number[];
  readonly advantages: readonly number[];
  readonly divergences: readonly number[] | undefined;
}

/** How a task learns by a clipped policy gradient. */
export interface PolicyMethod extends RolloutMethod {
  readonly loss: PolicyLoss;
}
