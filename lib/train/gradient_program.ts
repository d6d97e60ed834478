/**
 * The forward and backward pass of one batch as a program.
 *
 * @module
 */
import { type InputSpec, ops, type Program, slotPath, type Tensor, tf } from "../engine/mod.ts";
import { valueAndGradients } from "../engine/mod.ts";
import type { TextBatch } from "../nn/architecture.ts";
import type { AttachedAdapter } from "../nn/adapter.ts";
import { type Model, modelWeights } from "../nn/model.ts";
import { createNet } from "../nn/net.ts";
import type { Task } from "../nn/task.ts";
import { trainedWeights } from "./trained.ts";

/** The state's vectors that programs name. */
export const parameters = "parameters";
/** Where a gradient program leaves its result. */
export const gradients = "gradients";

/** What a batch of token ids is called in a program and in an exported model. */
export function batchInputs(usesTypes: boolean): Record<string, InputSpec> {
  const spec: InputSpec = {
    role: "feed",
    type: "int32",
    shape: ["batch", "sequence"],
    exportType: "int64",
  };
  return {
    input_ids: spec,
    attention_mask: spec,
    ...(usesTypes ? { token_type_ids: spec } : {}),
  };
}

/** The batch's tensors out of a program's inputs. */
export function batchOf(inputs: Readonly<Record<string, Tensor>>): TextBatch {
  return { ids: inputs.input_ids, mask: inputs.attention_mask, types: inputs.token_type_ids };
}

/** What training needs to know. */
export interface Trainee {
  readonly model: Model;
  readonly adapter: AttachedAdapter;
  readonly task: Task;
}

/** Inputs for every weight: frozen ones are compiled in, trained ones are state. */
export function weightInputs({ model, adapter }: Pick<Trainee, "model" | "adapter">): {
  inputs: Record<string, InputSpec>;
  /** Weight or parameter path → input name. */
  names: Map<string, string>;
  trained: string[];
} {
  const inputs: Record<string, InputSpec> = {};
  const names = new Map<string, string>();
  const trained = new Set(trainedWeights(model, adapter).map(({ path }) => path));
  for (const { path, shape } of modelWeights(model)) {
    const isTrained = trained.has(path);
    const name = isTrained ? slotPath(parameters, path) : path;
    inputs[name] = { role: isTrained ? "state" : "frozen", type: "float32", shape };
    names.set(path, name);
  }
  for (const { name, shape } of adapter.parameters) {
    inputs[slotPath(parameters, name)] = { role: "state", type: "float32", shape };
    names.set(name, slotPath(parameters, name));
    trained.add(name);
  }
  return { inputs, names, trained: [...trained] };
}

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
          return adapter.penalty ? tf.add(loss, adapter.penalty(net)) : loss;
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
