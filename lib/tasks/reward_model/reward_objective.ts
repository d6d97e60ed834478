/**
 * What a training of a reward model minimises.
 *
 * @module
 */
import { type InputSpec, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { negativeLogSigmoid } from "../preference/pair_loss.ts";

/** How many pairs there are and how they are learned. */
export interface RewardObjectiveOptions {
  /** By how much the better answer's reward should be larger, [pairs]; 0 for all unless given. */
  readonly margins?: ArrayLike<number> | undefined;
  readonly centeringCoefficient: number;
}

const row: InputSpec = { role: "feed", type: "int32", shape: ["pairs"] };
const number: InputSpec = { role: "feed", type: "float32", shape: ["pairs"] };

/**
 * The mean over pairs of −log σ(better − worse − margin) (Bradley and Terry; Ouyang et al., arXiv 2203.02155, with the margin of
 * Touvron et al., arXiv 2307.09288) and of the coefficient times (better + worse)² (Eisenstein et al., arXiv 2312.09244).
 */
export function rewardObjective(
  { margins, centeringCoefficient }: RewardObjectiveOptions,
): Objective {
  return {
    name: "reward-model",
    head: { name: "classification", outputs: 1 },
    outputs: 1,
    per: "sequence",
    feeds: {
      chosen_rows: row,
      rejected_rows: row,
      ...(margins ? { margins: number } : {}),
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    loss(results, feeds) {
      const rewards = tf.reshape(results, [-1]);
      const better = tf.gather(rewards, feeds.chosen_rows as never);
      const worse = tf.gather(rewards, feeds.rejected_rows as never);
      const lead = tf.sub(better, worse);
      const losses = negativeLogSigmoid(margins ? tf.sub(lead, feeds.margins) : lead);
      const centred = centeringCoefficient > 0
        ? tf.add(losses, tf.mul(tf.square(tf.add(better, worse)), centeringCoefficient))
        : losses;
      return tf.div(tf.sum(centred), feeds.normaliser);
    },
    weightOf: (chosen) => chosen.length,
    targetsOf(given, normaliser) {
      const chosen = Array.from(given);
      const shape = [chosen.length];
      const rowsAt = (place: number) => ({
        shape,
        data: Int32Array.from(chosen, (_, at) => 2 * at + place),
      });
      return {
        chosen_rows: rowsAt(0),
        rejected_rows: rowsAt(1),
        ...(margins
          ? { margins: { shape, data: Float32Array.from(chosen, (pair) => margins[pair]) } }
          : {}),
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
  };
}
