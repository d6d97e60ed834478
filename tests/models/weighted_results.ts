/**
 * A loss that reads every number of a head on tokens.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";
import { type HostTensor, tf } from "../../lib/engine/mod.ts";
import type { Model } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { paddedLayout } from "../../lib/text/batch_layout.ts";

/**
 * Σ weights · results of a head on tokens, whatever it means.
 *
 * @param weights [sequences, tokens, outputs]
 * @param lengths tokens of each sequence, which stand from the left; all unless given
 */
export function weightedResults(
  { headRequest }: Pick<Model, "headRequest">,
  { shape: [sequences, tokens, outputs], data: weights }: HostTensor,
  lengths: ArrayLike<number> = Array<number>(sequences).fill(tokens),
): Objective {
  return {
    name: "weighted results",
    head: headRequest,
    outputs,
    per: "token",
    feeds: { weights: { role: "feed", type: "float32", shape: ["batch", "sequence", outputs] } },
    loss: (results, feeds) => tf.sum(tf.mul(results, tf.reshape(feeds.weights, [-1, outputs]))),
    weightOf: (chosen) => chosen.length,
    targetsOf(chosen, _normaliser, { layout } = {}) {
      const own = Array.from(chosen, (sequence) => lengths[sequence]);
      const { rows, length, starts } = layout ?? paddedLayout(own);
      const data = new Float32Array(rows * length * outputs);
      Array.from(chosen, (sequence, at) => {
        const from = sequence * tokens * outputs;
        data.set(
          Float32Array.from(weights.slice(from, from + own[at] * outputs)),
          starts[at] * outputs,
        );
      });
      return { weights: { shape: [rows, length, outputs], data } };
    },
  };
}

/** The same with random weights. */
export function randomlyWeighted(model: Model, lengths: readonly number[]): Objective {
  const { name } = model.headRequest;
  const outputs = name === "embedding" ? model.config.hiddenSize : model.headRequest.outputs;
  const shape = [lengths.length, Math.max(...lengths), outputs];
  const random = Random.fromSeed(1, "weights");
  const size = shape.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from({ length: size }, () => random.normal() / 10);
  return weightedResults(model, { shape, data }, lengths);
}
