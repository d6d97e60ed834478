/**
 * Deploys the whole model with the adapter merged into its weights, as a transformers folder.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake } from "../core/errors.ts";
import { oneOf, positive, type Rules } from "../core/option_rules.ts";
import { batchCountBeside } from "../nn/batch_count.ts";
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
import { requireLastToken } from "./checks/last_token.ts";
import { checkFolder, pipelineChecks, pythonChecks } from "./checks/mod.ts";
import { type FloatDtype, floatDtypes, storedDtypes, watchRange } from "./float_dtype.ts";
import { writeModelFiles } from "./model_folder.ts";
import { weightsFolder, writePipelineFiles } from "./pipeline_files.ts";
import { reopenWhole } from "./reopen_whole.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";
import { checkInTransformers } from "./transformers_obstacle.ts";
import type { WrittenModel } from "./trained_model.ts";

/**
 * W + s·B·A is rounded once to float32 where the trained model adds two products: 1e-7 for MiniLM,
 * 2e-6 for small models with large weights. A mistake is a thousand times this tolerance.
 */
const tolerance = 1e-4;

/**
 * float16 keeps 11 bits of a weight, bfloat16 8, so eight times as much is lost: tiny random models differ by
 * up to 8e-4 of the largest output in float16.
 */
const halfTolerances = { float16: 5e-3, bfloat16: 4e-2 } as const;

/** How diffusers calls the files of a denoiser's weights. */
const denoiserStem = "diffusion_pytorch_model";

/** A tenth of a logit moves a probability by at most 2.5 hundredths, p·(1 − p) being 1/4 or less. */
const quantizedDrift = 0.1;

/** How to write the merged model. */
export interface MergedOptions {
  /**
   * The type of the weights, which `config.json` names as `dtype` and `torch_dtype`: `float32` unless given.
   * `float16` and `bfloat16` take half the bytes and round; numbers beyond float16's range are an error that
   * names their tensors.
   */
  readonly dtype?: FloatDtype;
  /**
   * Quantises the merged weights as bitsandbytes does, for `from_pretrained` with bitsandbytes
   * installed. That rounds them: what the merged method has changed may be lost. float32 unless
   * given, which loses nothing, whatever the model was trained over.
   */
  readonly quantize?: BitsandbytesFormat;
  /**
   * The largest difference of a logit that such rounding may make. Unless given it is 0.1 where weights are
   * quantised, 0.005 in float16 and 0.04 in bfloat16; the last two are shares of the largest output where
   * that is above 1.
   */
  readonly mostDrift?: number;
}

const remedyFor = (option: string, doing: string) =>
  `${doing} has rounded away part of what was learned. Write the weights in float32 by leaving out ` +
  `${option}, deploy the adapter instead, or allow the difference with mostDrift.`;

/** What a folder is held to, and what to do where rounding lost too much. */
function limitsOf(
  { dtype = "float32", quantize, mostDrift }: MergedOptions,
): Pick<DeployTarget, "tolerance" | "isAbsolute" | "remedy"> {
  if (quantize) {
    return {
      tolerance: mostDrift ?? quantizedDrift,
      // What rounding may do to an answer is a matter of the task, and not of float32's digits.
      isAbsolute: true,
      remedy: remedyFor("quantize", "Quantising the merged weights"),
    };
  }
  if (dtype === "float32") return { tolerance };
  return {
    tolerance: mostDrift ?? halfTolerances[dtype],
    ...(mostDrift === undefined ? {} : { isAbsolute: true }),
    remedy: remedyFor("dtype", `Writing the merged weights in ${dtype}`),
  };
}

/**
 * A transformers folder: `config.json`, `model.safetensors`, the tokenizer; of a denoiser the folder of a diffusers
 * pipeline: `model_index.json`, the denoiser in `unet` or `transformer`, and the scheduler. Over a quantised base
 * the weights are the numbers that training saw plus the method's, in float32 or the `dtype` asked for.
 *
 * @example
 * ```ts
 * import { merged } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(merged("out/reviews", { dtype: "float16" }).name, "merged");
 * ```
 */
export function merged(folder: string, options: MergedOptions = {}): DeployTarget {
  checkTargetFolder("merged", folder);
  checkOptions("merged", options, rules, () => togetherMistakes(options));
  const { quantize } = options;
  return {
    name: "merged",
    folder,
    ...(quantize ?? options.dtype ? { dtype: quantize ?? options.dtype } : {}),
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    ...limitsOf(options),
    async check(trainable, about) {
      checkMergeable(trainable.adapter);
      checkInTransformers(trainable.model);
      await requireLastToken(trainable, about);
    },
    write: (trained, folder) => writeMerged(trained, folder, options),
    reopen: ({ trainable }, folder, device) =>
      reopenWhole(trainable, {
        reference: folder,
        config: join(weightsFolder({ trainable }, folder), "config.json"),
        weights: weightsFolder({ trainable }, folder),
      }, device),
    inspect: async (trained, folder, { table }) => ({
      settings: await checkFolder(
        trained.trainable.model.family.component ? pipelineChecks : pythonChecks,
        folder,
        { trained, table },
      ),
    }),
  };
}

/**
 * Writes a model with its method merged as a transformers folder, or a diffusers pipeline. Each tensor is made
 * when its turn comes.
 */
export async function writeMerged(
  trained: WrittenModel,
  folder: string,
  { quantize, dtype = "float32" }: Pick<MergedOptions, "quantize" | "dtype"> = {},
): Promise<void> {
  const { model, adapter } = trained.trainable;
  const whole = mergeModel(model, adapter, trained.values);
  const prefix = pathPrefix(model);
  const inner = bodyPaths(model);
  const nameOf = (path: string, layer: string) => inner.has(layer) ? prefix + path : path;
  const stored = storedDtypes[dtype];
  const range = watchRange(dtype);
  const tensors = modelWeights(model).flatMap((weight): TensorToWrite[] => {
    const { path, shape, layer } = weight;
    const name = nameOf(path, layer.path);
    const read = () => whole.weights.get(path)!;
    const isHeld = quantize && layer.kind === "linear" && path.endsWith(".weight") &&
      inner.has(layer.path) && !model.head.includes(layer.path);
    if (isHeld) return bitsandbytesTensors(quantize, name, shape, read);
    const written = isStoredTransposed(weight)
      ? { shape: shape.toReversed(), data: () => transposed(read(), shape) }
      : { shape, data: read };
    return [
      range.watched({ name, dtype: stored, ...written }),
      ...batchCountBeside(weight, name),
    ];
  });
  const { component } = model.family;
  const home = weightsFolder(trained, folder);
  await Deno.mkdir(home, { recursive: true });
  await writeShards(home, tensors, component ? { stem: denoiserStem } : {});
  range.check(folder);
  const float = model.head.map((path) => nameOf(path, path));
  const writeFiles = component ? writePipelineFiles : writeModelFiles;
  await writeFiles(
    trained,
    folder,
    {
      ...(quantize ? { quantization_config: bitsandbytesConfig(quantize, float) } : {}),
      // Readers from before version 4.56 know the older name; diffusers knows none.
      ...(dtype === "float32" || component ? {} : { dtype, torch_dtype: dtype }),
    },
  );
}

const rules: Rules<MergedOptions> = {
  dtype: oneOf(floatDtypes),
  quantize: oneOf(["nf4", "fp4"]),
  mostDrift: positive,
};

/** Float32 weights do not drift, and quantised ones have no other type. */
function togetherMistakes(
  { dtype = "float32", quantize, mostDrift }: MergedOptions,
): Mistake[] {
  const wrong: Mistake[] = [];
  if (quantize !== undefined && dtype !== "float32") {
    wrong.push(optionMistake("dtype", "stands beside quantize, which has its own; leave one out"));
  }
  if (mostDrift !== undefined && quantize === undefined && dtype === "float32") {
    wrong.push(
      optionMistake(
        "mostDrift",
        "belongs to quantize and to a dtype of 16 bits: float32 weights do not drift",
      ),
    );
  }
  return wrong;
}
