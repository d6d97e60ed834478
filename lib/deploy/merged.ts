/**
 * Deploys the whole model with the adapter merged into its weights, as a transformers folder.
 *
 * @module
 */
import { loadModel } from "../models/load_model.ts";
import { forwardProgram } from "../nn/forward_program.ts";
import { checkMergeable, mergeModel, noAdapter } from "../nn/merge.ts";
import { frozenWeights, modelWeights } from "../nn/model.ts";
import { join } from "node:path";
import { writeShards } from "../weights/write_shards.ts";
import { writeModelFiles } from "./model_folder.ts";
import type { DeployTarget } from "./target.ts";

/**
 * W + s·B·A is rounded once to float32 where the trained model adds two products: 1e-7 for MiniLM,
 * 2e-6 for small models with large weights. A mistake is a thousand times this tolerance.
 */
const tolerance = 1e-4;

/**
 * A transformers folder: `config.json`, `model.safetensors`, the tokenizer.
 *
 * @example
 * ```ts
 * import { merged } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(merged("out/reviews").name, "merged");
 * ```
 */
export function merged(folder: string): DeployTarget {
  return {
    name: "merged",
    folder,
    tolerance,
    check: ({ adapter }) => checkMergeable(adapter),
    async write(trained, folder) {
      const { model, adapter } = trained.trainee;
      const whole = mergeModel(model, adapter, trained.values);
      const { prefix, classification } = model.architecture;
      const top = new Set(
        classification.layers(model.config, trained.trainee.task.outputs).map(({ path }) => path),
      );
      const tensors = modelWeights(model).map(({ path, shape, layer }) => ({
        name: top.has(layer.path) ? path : `${prefix}.${path}`,
        dtype: "F32" as const,
        shape,
        data: whole.weights.get(path)!,
      }));
      await writeShards(folder, tensors);
      await writeModelFiles(trained, folder);
    },
    async reopen({ trainee }, folder, device) {
      const model = await loadModel({
        reference: folder,
        config: join(folder, "config.json"),
        weights: folder,
        outputs: trainee.task.outputs,
        seed: 0,
      });
      // Nothing is trained any more: the head is frozen like the rest.
      const program = forwardProgram({
        model: { ...model, head: [] },
        task: trainee.task,
        adapter: noAdapter,
      });
      const step = await device.compile(program, { frozen: frozenWeights(model) });
      return { logitsOf: (feeds) => step.run(feeds), dispose: () => step.dispose() };
    },
  };
}
