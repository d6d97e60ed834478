/**
 * A loss that reads every number of a head on tokens.
 *
 * @module
 */
import { type HostTensor, tf } from "../../lib/engine/mod.ts";
import type { Model } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { paddedLayout } from "../../lib/text/batch_layout.ts";

/**
 * Σ weights · results of a head on tokens, whatever it means.
 *
 * @param weights [sequences, tokens, outputs], 0 at padding, which stands on the right
 */
export function weightedResults({ headRequest }: Model, weights: HostTensor): Objective {
  const [, tokens, outputs] = weights.shape;
  return {
    name: "weighted results",
    head: headRequest,
    outputs,
    per: "token",
    feeds: { weights: { role: "feed", type: "float32", shape: ["batch", "sequence", outputs] } },
    loss: (results, feeds) => tf.sum(tf.mul(results, tf.reshape(feeds.weights, [-1, outputs]))),
    weightOf: (rows) => rows.length,
    targetsOf(rows, _normaliser, layout) {
      const chosen = Array.from(rows);
      const { rows: count, length, starts } = layout ?? paddedLayout(chosen.map(() => tokens));
      const data = new Float32Array(count * length * outputs);
      chosen.forEach((row, at) => {
        const own = weights.data.slice(row * tokens * outputs, (row + 1) * tokens * outputs);
        const room = Math.min(own.length, data.length - starts[at] * outputs);
        // Padding has the weight 0, so that nothing of the next sequence in the row is lost.
        for (let i = 0; i < room; i++) data[starts[at] * outputs + i] += Number(own[i]);
      });
      return { weights: { shape: [count, length, outputs], data } };
    },
  };
}
