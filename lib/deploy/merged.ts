/**
 * Deploys the whole model with the adapter merged into its weights, as a transformers folder.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake } from "../core/errors.ts";
import { oneOf, positive, type Rules } from "../core/option_rules.ts";
import { checkMergeable, mergeModel } from "../nn/merge.ts";
import { isStoredTransposed, transposed } from "../nn/layer.ts";
import { bodyPaths, modelWeights, pathPrefix } from "../nn/model.ts";
import { join } from "node:path";
import {
  bitsandbytesConfig,
  type BitsandbytesFormat,
  bitsandbytesTensors,
} from "../weights/write_bitsandbytes.ts";
import type { TensorToWrite } from "../weights/write_safetensors.ts";
import { writeShards } from "../weights/write_shards.ts";
import { checkFolder, pythonChecks } from "./checks/mod.ts";
import { writeModelFiles } from "./model_folder.ts";
import { reopenWhole } from "./reopen_whole.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/**
 * W + s·B·A is rounded once to float32 where the trained model adds two products: 1e-7 for MiniLM,
 * 2e-6 for small models with large weights. A mistake is a thousand times this tolerance.
 */
const tolerance = 1e-4;

/** A tenth of a logit moves a probability by at most 2.5 hundredths, p·(1 − p) being 1/4 or less. */
const mostDrift = 0.1;

/** How to write the merged model. */
export interface MergedOptions {
  /**
   * Quantises the merged weights as bitsandbytes does, for `from_pretrained` with bitsandbytes
   * installed. That rounds them: what the merged method has changed may be lost. float32 unless
   * given, which loses nothing, whatever the model was trained over.
   */
  readonly quantize?: BitsandbytesFormat;
  /** The largest difference of a logit that such rounding may make; 0.1 unless given. */
  readonly mostDrift?: number;
}

const remedy = "Quantising the merged weights has rounded away part of what was learned. Write " +
  "them in float32 by leaving out quantize, deploy the adapter instead, or allow the difference " +
  "with mostDrift.";

/**
 * A transformers folder: `config.json`, `model.safetensors`, the tokenizer. Over a quantised base
 * the weights are the numbers that training saw plus the method's, in float32.
 *
 * @example
 * ```ts
 * import { merged } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(merged("out/reviews").name, "merged");
 * ```
 */
export function merged(folder: string, options: MergedOptions = {}): DeployTarget {
  checkTargetFolder("merged", folder);
  checkOptions("merged", options, rules, () => driftMistakes(options));
  const { quantize } = options;
  return {
    name: "merged",
    folder,
    ...(quantize ? { options: { ...options }, remedy } : {}),
    tolerance: quantize ? options.mostDrift ?? mostDrift : tolerance,
    // What rounding may do to an answer is a matter of the task, and not of float32's digits.
    ...(quantize ? { isAbsolute: true } : {}),
    check: ({ adapter }) => checkMergeable(adapter),
    async write(trained, folder) {
      const { model, adapter } = trained.trainable;
      const whole = mergeModel(model, adapter, trained.values);
      const prefix = pathPrefix(model);
      const inner = bodyPaths(model);
      const nameOf = (path: string, layer: string) => inner.has(layer) ? prefix + path : path;
      const tensors = modelWeights(model).flatMap((weight): TensorToWrite[] => {
        const { path, shape, layer } = weight;
        const name = nameOf(path, layer.path);
        const read = () => whole.weights.get(path)!;
        const isHeld = quantize && layer.kind === "linear" && path.endsWith(".weight") &&
          inner.has(layer.path) && !model.head.includes(layer.path);
        if (isHeld) return bitsandbytesTensors(quantize, name, shape, read);
        return isStoredTransposed(weight)
          ? [{
            name,
            dtype: "F32",
            shape: shape.toReversed(),
            data: () => transposed(read(), shape),
          }]
          : [{ name, dtype: "F32", shape, data: read }];
      });
      await writeShards(folder, tensors);
      const float = model.head.map((path) => nameOf(path, path));
      await writeModelFiles(
        trained,
        folder,
        quantize ? { quantization_config: bitsandbytesConfig(quantize, float) } : {},
      );
    },
    reopen: ({ trainable }, folder, device) =>
      reopenWhole(trainable, {
        reference: folder,
        config: join(folder, "config.json"),
        weights: folder,
      }, device),
    inspect: async (trained, folder, { table }) => ({
      settings: await checkFolder(pythonChecks, folder, { trained, table }),
    }),
  };
}

const rules: Rules<MergedOptions> = { quantize: oneOf(["nf4", "fp4"]), mostDrift: positive };

/** Float32 weights do not drift. */
function driftMistakes({ quantize, mostDrift }: MergedOptions): Mistake[] {
  return mostDrift === undefined || quantize !== undefined
    ? []
    : [optionMistake("mostDrift", "belongs to quantize: float32 weights do not drift")];
}
