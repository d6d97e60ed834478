/**
 * The forward pass in evaluation mode as a program: what is evaluated is what is deployed.
 *
 * @module
 */
import type { Program, Tensor } from "../engine/mod.ts";
import type { TextBatch } from "./family.ts";
import { createNet } from "./net.ts";
import { batchInputs, batchOf, type Trainee, weightInputs } from "./trainee.ts";

/** Feeds a batch and gives what the task's head makes of it as `logits`. */
export function forwardProgram(trainee: Trainee): Program {
  return programOf(trainee, (results) => results);
}

/** Feeds a padded batch and gives what evaluation asks of each row: `logits` [batch, outputs]. */
export function rowProgram(trainee: Trainee): Program {
  const { perRow } = trainee.objective;
  return programOf(trainee, (results, batch) => perRow?.of(results, batch) ?? results);
}

function programOf(
  trainee: Trainee,
  resultOf: (results: Tensor, batch: TextBatch) => Tensor,
): Program {
  const { model, adapter, objective } = trainee;
  const weights = weightInputs(trainee);
  return {
    name: "forward",
    inputs: { ...batchInputs(model.family.usesTypes), ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        packed: model.packed,
      });
      const batch = batchOf(inputs);
      return { logits: resultOf(objective.forward(net, model, batch), batch) };
    },
  };
}
