/**
 * The objective of PPO on a language model: the clipped policy gradient of each token, and a value function on the
 * hidden states from which the tokens are drawn.
 *
 * @module
 */
import { type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { answerPieces, ofTokens } from "./answer_pieces.ts";
import type { AnswersObjectiveOptions } from "./answers_objective.ts";
import type { TokenEstimates } from "./learned_answer.ts";
import { policyFeeds, type PolicyLoss, policyObjective } from "./policy_objective.ts";
import { valueHead } from "./value_head.ts";
import { clippedValueErrors, type ValueLossOptions } from "./value_loss.ts";

/** What the objective depends on; all answers have estimates. */
export interface PpoObjectiveOptions extends AnswersObjectiveOptions {
  readonly values: ValueLossOptions;
  readonly hiddenSize: number;
}

/** What the loss tells beside `toldLogProbs`: what is expected now in the state of each place, [pieces, length]. */
export const toldValues = "values";

/** Feeds of each token beside those of the policy. */
const names = { oldValues: "old_values", returns: "returns" } as const;

/**
 * The policy's loss, whose ratio is that of tokens, plus `valueWeight` times half the mean of the values' clipped
 * errors over the same tokens. The gradients of both reach the model; the value head's parameters are the loss's own.
 */
export function ppoObjective(
  loss: PolicyLoss,
  options: PpoObjectiveOptions,
  pieces = 1,
): Objective {
  const { answers, hiddenSize, values: { valueClip, valueWeight } } = options;
  const base = policyObjective(loss, options, pieces);
  const piecewise = base.piecewise!;
  const head = valueHead(hiddenSize);
  const ofEach: InputSpec = { role: "feed", type: "float32", shape: [pieces, "counted"] };
  const valueLoss = (values: Tensor, feeds: Readonly<Record<string, Tensor>>) => {
    const { [names.oldValues]: oldValues, [names.returns]: returns } = feeds;
    const errors = clippedValueErrors(values, { oldValues, returns }, valueClip);
    const sum = tf.sum(tf.mul(feeds[policyFeeds.weights], errors));
    return tf.mul(tf.div(sum, feeds.normaliser), valueWeight / 2);
  };
  return {
    ...base,
    parameters: head.parameters,
    values: head.values,
    feeds: { ...base.feeds, [names.oldValues]: ofEach, [names.returns]: ofEach },
    piecewise: {
      ...piecewise,
      cut: [...piecewise.cut, ...Object.values(names)],
      loss(results, feeds, tell, features) {
        const values = head.values(features, feeds);
        tell?.(toldValues, tf.expandDims(values, 0));
        return tf.add(piecewise.loss(results, feeds, tell, features), valueLoss(values, feeds));
      },
    },
    targetsOf(prompts, normaliser, about) {
      const chosen = Array.from(prompts).flatMap((prompt) => answers.groups[prompt])
        .map((sequence) => answers.of(sequence));
      const arranged = answerPieces(chosen.map(({ length }) => length), pieces);
      const of = (name: keyof TokenEstimates) =>
        ofTokens(arranged, chosen.map(({ estimates }) => estimates![name]));
      return {
        ...base.targetsOf(prompts, normaliser, about),
        [names.oldValues]: of("oldValues"),
        [names.returns]: of("returns"),
      };
    },
    forBatches: (batches) =>
      ppoObjective(loss, options, base.forBatches!(batches).piecewise!.pieces),
  };
}
