/**
 * A loss that reads every number that a head gives for an image.
 *
 * @module
 */
import { type HostTensor, tf } from "../../lib/engine/mod.ts";
import type { Model } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";

/**
 * Σ weights · results of a head on images, whatever it means.
 *
 * @param weights [images, …] as the head's results
 */
export function weightedImages(
  { headRequest }: Pick<Model, "headRequest">,
  { shape: [, ...each], data: weights }: HostTensor,
): Objective {
  const size = each.reduce((product, dim) => product * dim, 1);
  return {
    name: "weighted results",
    head: headRequest,
    outputs: size,
    per: "sequence",
    feeds: { weights: { role: "feed", type: "float32", shape: ["batch", ...each] } },
    loss: (results, feeds) => tf.sum(tf.mul(results, feeds.weights)),
    weightOf: (chosen) => chosen.length,
    targetsOf: (chosen) => ({
      weights: {
        shape: [chosen.length, ...each],
        data: Float32Array.from(
          Array.from(chosen, (image) => [...weights.slice(image * size, (image + 1) * size)])
            .flat(),
        ),
      },
    }),
  };
}
