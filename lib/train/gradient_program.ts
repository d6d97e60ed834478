/**
 * The forward and backward pass of one batch as a program.
 *
 * @module
 */
import { ops, type Program, slotPath, type Tensor, tf, valueAndGradients } from "../engine/mod.ts";
import { createNet } from "../nn/net.ts";
import { countFrozenLayers } from "../nn/frozen_layers.ts";
import { positionsAbove } from "../nn/hidden_program.ts";
import { batchInputs, batchOf, hiddenInputs, type Trainee, weightInputs } from "../nn/trainee.ts";

/** The state's vector where a gradient program leaves its result. */
export const gradients = "gradients";

/** The feed that says which share of a step's penalty a part bears, so that parts add up to it. */
export const penaltyShare = "penaltyShare";

/**
 * Feeds a batch, gives the loss, and leaves the gradients in the state. With `fromHidden` the batch
 * is what the frozen layers gave (`hiddenProgram`) instead of token ids.
 */
export function gradientProgram(
  trainee: Trainee,
  { fromHidden = false }: { fromHidden?: boolean } = {},
): Program {
  const { model, adapter, task } = trainee;
  const weights = weightInputs(trainee);
  const frozenLayers = countFrozenLayers(trainee);
  return {
    name: "gradients",
    inputs: {
      ...(fromHidden
        ? hiddenInputs(model.config.width, positionsAbove(trainee, frozenLayers))
        : batchInputs(model.architecture.usesTypes)),
      ...task.feeds,
      noise: { role: "feed", type: "float32", shape: [ops.noiseSize] },
      ...(adapter.penalty ? { [penaltyShare]: { role: "feed", type: "float32", shape: [] } } : {}),
      ...weights.inputs,
    },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        noise: inputs.noise,
      });
      const { value, gradients: found } = valueAndGradients(
        () => {
          const loss = task.loss(task.forward(net, model, batchOf(inputs), frozenLayers), inputs);
          if (!adapter.penalty) return loss;
          return tf.add(loss, tf.mul(adapter.penalty(net), inputs[penaltyShare]));
        },
        Object.fromEntries(weights.trained.map((path) => [path, inputs[weights.names.get(path)!]])),
      );
      const results: Record<string, Tensor> = { loss: value };
      for (const [path, gradient] of Object.entries(found)) {
        results[slotPath(gradients, path)] = gradient;
      }
      return results;
    },
  };
}
