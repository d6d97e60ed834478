/**
 * How large the inputs of linear layers are over some rows.
 *
 * @module
 */
import { type Program, type Tensor, tf } from "../../engine/mod.ts";
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { headResults } from "../../nn/head_results.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { Objective } from "../../nn/objective.ts";
import type { Model } from "../../nn/model.ts";
import { weightInputs } from "../../nn/trainable_model.ts";
import { tokenMask } from "./token_mask.ts";

/**
 * Feeds a batch and gives for each of some linear layers the sum of the squares of each of its inputs over all tokens,
 * [inputs], under the layer's path.
 */
export function inputSquaresProgram(
  { model, objective }: { readonly model: Model; readonly objective: Pick<Objective, "head"> },
  paths: readonly string[],
): Program {
  const wanted = new Set(paths);
  const weights = weightInputs({ model, adapter: noAdapter });
  return {
    name: "input squares",
    inputs: { ...batchInputs(model), ...weights.inputs },
    compute(inputs) {
      const { mask } = batchOf(inputs);
      const squares: Record<string, Tensor> = {};
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        quantized: model.quantized,
        adapter: {
          ...noAdapter,
          linearInput(path, x) {
            if (wanted.has(path)) {
              const counted = tf.reshape(tokenMask(mask, x), [-1, 1]);
              squares[path] = tf.sum(tf.mul(tf.square(x), counted), 0);
            }
            return x;
          },
        },
      });
      headResults(net, { model, objective }, inputs);
      return squares;
    },
  };
}
