/**
 * The forward and backward pass of one batch as a program.
 *
 * @module
 */
import { ops, type Program, slotPath, type Tensor, tf, valueAndGradients } from "../engine/mod.ts";
import { createNet } from "../nn/net.ts";
import { batchInputs, batchOf, type Trainee, weightInputs } from "../nn/trainee.ts";

/** The state's vector where a gradient program leaves its result. */
export const gradients = "gradients";

/** The feed that says which share of a step's penalty a part bears, so that parts add up to it. */
export const penaltyShare = "penaltyShare";

/** Feeds a batch, gives the loss, and leaves the gradients in the state. */
export function gradientProgram(trainee: Trainee): Program {
  const { model, adapter, task } = trainee;
  const weights = weightInputs(trainee);
  return {
    name: "gradients",
    inputs: {
      ...batchInputs(model.architecture.usesTypes),
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
          const loss = task.loss(task.forward(net, model, batchOf(inputs)), inputs);
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
