/**
 * Layers by how much they change what goes through them.
 *
 * @module
 */
import { type Program, type Tensor, tf } from "../../engine/mod.ts";
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { encode } from "../../nn/encoder.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { Model } from "../../nn/model.ts";
import type { Net } from "../../nn/net.ts";
import { weightInputs } from "../../nn/trainable_model.ts";
import { tokenMask } from "./token_mask.ts";

/** Keeps what the cosine is divided by above zero. */
const least = 1e-12;

/**
 * Feeds a batch and gives `similarity` [layers], the sum over its tokens of the cosine between what a layer is
 * given and what it gives, and `tokens`, how many there are. A layer's influence is 1 − similarity / tokens (Men et
 * al. 2024, arXiv 2403.03853).
 */
export function blockSimilarityProgram(model: Model): Program {
  const weights = weightInputs({ model, adapter: noAdapter });
  return {
    name: "block similarity",
    inputs: { ...batchInputs(model), ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        quantized: model.quantized,
      });
      const cosines: Tensor[] = [];
      const watched: Net = {
        ...net,
        checkpointed(x, mask, compute, memory) {
          const y = compute(net, x, mask, memory);
          cosines.push(cosineOf(x, y));
          return y;
        },
      };
      const batch = batchOf(inputs);
      encode(watched, model, batch);
      const counted = tokenMask(batch.mask, cosines[0]);
      return {
        similarity: tf.stack(cosines.map((each) => tf.sum(tf.mul(each, counted)))),
        tokens: tf.sum(counted),
      };
    },
  };
}

/** [tokens, hiddenSize] twice → [tokens] */
function cosineOf(x: Tensor, y: Tensor): Tensor {
  const dot = tf.sum(tf.mul(x, y), 1);
  const squares = tf.mul(tf.sum(tf.square(x), 1), tf.sum(tf.square(y), 1));
  return tf.div(dot, tf.sqrt(tf.add(squares, least)));
}

/** The influence of each layer, of what the program gave for each batch. */
export function blockInfluence(
  batches: readonly { readonly similarity: ArrayLike<number>; readonly tokens: number }[],
): Float64Array {
  const tokens = batches.reduce((sum, each) => sum + each.tokens, 0);
  const sums = new Float64Array(batches[0].similarity.length);
  for (const { similarity } of batches) {
    for (let layer = 0; layer < sums.length; layer++) sums[layer] += similarity[layer];
  }
  return sums.map((sum) => 1 - sum / tokens);
}
