/**
 * The forward pass in evaluation mode as a program: what is evaluated is what is deployed.
 *
 * @module
 */
import type { Program } from "../engine/mod.ts";
import { createNet } from "./net.ts";
import { batchInputs, batchOf, type Trainee, weightInputs } from "./trainee.ts";

/** Feeds a batch and gives its `logits` [batch, outputs]. */
export function forwardProgram(trainee: Trainee): Program {
  const { model, adapter, task } = trainee;
  const weights = weightInputs(trainee);
  return {
    name: "forward",
    inputs: { ...batchInputs(model.architecture.usesTypes), ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        packed: model.packed,
      });
      return { logits: task.forward(net, model, batchOf(inputs)) };
    },
  };
}
