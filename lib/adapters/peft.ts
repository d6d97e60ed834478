/**
 * Continues from a PEFT folder: the method and the trained tensors come out of its files, whether
 * tunebook or Python wrote them. Of denoisers also from the files of diffusers and kohya.
 *
 * @module
 */
import { join } from "node:path";
import { takesNoOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { isStoredTransposed, transposed } from "../nn/layer.ts";
import type { AttachedMethod, Method, ModelInfo } from "../nn/method.ts";
import { bodyPaths } from "../nn/model.ts";
import { trainedWeights } from "../nn/trained.ts";
import { matchWeights, type WeightSpec } from "../weights/load_weights.ts";
import { withChosenLayers } from "./peft/chosen_layers.ts";
import { lora } from "./lora.ts";
import { configFile, type PeftFiles, readPeftFiles } from "./peft/files.ts";
import { type LoraFile, loraFile, readLoraFile } from "./peft/lora_file.ts";
import { peftFilesOf } from "./peft/lora_file_method.ts";
import { headOutputs } from "./peft/head_outputs.ts";
import { methodFromPeft, type PeftTypes } from "./peft/types.ts";
import { isSaved, namesInPeft, weightsBeside, withBiases } from "./peft/weights_beside.ts";
import { isFile } from "../weights/is_file.ts";

/**
 * A fine-tuned adapter as the start of another run. With `epochs: 0` nothing is trained: the run
 * scores the adapter and deploys it. The folder is read when the plan runs.
 *
 * Of a denoiser it may also be a LoRA as diffusers or kohya's sd-scripts store it: a `.safetensors` file, or a
 * folder with `pytorch_lora_weights.safetensors`. Diffusers from 0.34 on writes the scale of the update into its
 * files; where that is absent, it is 1, as there.
 *
 * @param folder a folder with `adapter_config.json` and `adapter_model.safetensors`, or such a file
 *
 * @example
 * ```ts
 * import { peft } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const method = peft("out/reviews-lora");
 * assert.deepEqual(method.settings, { folder: "out/reviews-lora" });
 * await assert.rejects(method.open!(), /adapter_config.json/);
 * ```
 */
export function peft(folder: string): Method {
  if (typeof folder !== "string" || folder === "") {
    throw new TunebookError(
      "input",
      `peft takes the folder of an adapter, peft("out/reviews/adapter"), but got ${
        shownValue(folder)
      }`,
    );
  }
  takesNoOptions("peft", arguments, 1);
  return {
    method: "peft",
    settings: { folder },
    continues: true,
    async open() {
      const file = await loraFileIn(folder);
      return file === undefined
        ? peftFromFiles(await readPeftFiles(folder))
        : loraFromFile(await readLoraFile(file), folder);
    },
    attach: () => {
      throw new TunebookError("input", "peft: open() reads the folder; attach what it gives");
    },
  };
}

/** The LoRA of a denoiser that a reference to an adapter means; undefined for a folder of PEFT. */
async function loraFileIn(folder: string): Promise<string | undefined> {
  if (folder.endsWith(".safetensors")) return folder;
  const file = join(folder, loraFile);
  return await isFile(file) && !await isFile(join(folder, configFile)) ? file : undefined;
}

/** The method of a file of diffusers or kohya: which layers it means, only a model can tell. */
export function loraFromFile(file: LoraFile, folder: string = file.path): Method {
  return {
    method: "peft",
    settings: { folder },
    continues: true,
    learningRate: lora().learningRate!,
    headOutputs: () => undefined,
    attach: (modelInfo) => peftFromFiles(peftFilesOf(file, modelInfo)).attach(modelInfo),
  };
}

/** The method of a folder that has been read; `types` are the methods that it may hold. */
export function peftFromFiles(files: PeftFiles, types?: PeftTypes): Method {
  const { folder, labels } = files;
  const method = openMethod(files, types);
  return {
    method: "peft",
    settings: { folder },
    continues: true,
    ...(method.learningRate === undefined ? {} : { learningRate: method.learningRate }),
    ...(labels ? { labels } : {}),
    headOutputs: (family, config, head) => headOutputs(files, head, family, config),
    attach: (modelInfo) => toldOf(folder, () => attach(modelInfo, method.attach(modelInfo), files)),
  };
}

function openMethod(files: PeftFiles, types: PeftTypes | undefined): Method {
  try {
    return methodFromPeft(withChosenLayers(files), types);
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    throw new TunebookError(
      error.kind === "unsupported" ? "unsupported" : "weights",
      `${join(files.folder, configFile)}: ${error.message}`,
      { cause: error },
    );
  }
}

/** Errors say which folder does not fit the model. */
function toldOf<Result>(folder: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TunebookError) || error.message.includes(folder)) throw error;
    throw new TunebookError(error.kind, `the adapter in ${folder}: ${error.message}`, {
      cause: error,
    });
  }
}

/** With `bias: "all"` PEFT also writes the biases of saved modules as they were; it never reads them. */
const leftOver = /\.(?:original_module|modules_to_save)\./;
/** A count beside running statistics, which nothing reads. */
const batchCount = /\.num_batches_tracked$/;

function attach(modelInfo: ModelInfo, own: AttachedMethod, files: PeftFiles): AttachedMethod {
  const { tensors, config, folder } = files;
  const format = own.peft;
  if (!format) {
    throw new TunebookError(
      "unsupported",
      `${folder}: PEFT has no ${String(config.peft_type)} for ${modelInfo.modelType}`,
    );
  }
  const inBody = bodyPaths(modelInfo);
  const beside = weightsBeside(modelInfo, own, files, inBody);
  const more = new Set(beside.weights.map(({ path }) => path));
  const method: AttachedMethod = {
    ...own,
    trains: (path) => own.trains(path) || more.has(path),
  };
  const { found } = matchWeights(files, specsOf(modelInfo, method, config, inBody), {
    ignore: [
      leftOver,
      batchCount,
      ...beside.unread.map((name) => new RegExp(`^${RegExp.escape(name)}$`)),
    ],
  });
  const all = new Map([...found].map(([{ path, shape, transpose }, name]) => {
    const { data } = tensors.get(name)!;
    return [path, transpose ? transposed(data, shape.toReversed()) : data];
  }));
  const frozen = own.frozen?.map((tensor) => {
    const stored = all.get(tensor.name);
    return stored ? { ...tensor, values: () => stored } : tensor;
  });
  const values = new Map(all);
  for (const { name } of frozen ?? []) values.delete(name);
  const { delta } = own;
  return {
    ...method,
    ...(frozen ? { frozen } : {}),
    parameters: own.parameters.map((parameter) => ({
      ...parameter,
      initial: () => values.get(parameter.name)!,
    })),
    initialWeights: values,
    ...(files.labels ? { labels: files.labels } : {}),
    ...(typeof config.task_type === "string" ? { taskType: config.task_type } : {}),
    ...(delta
      ? {
        delta: (values: ReadonlyMap<string, Float32Array>) =>
          withBiases(delta(values), beside, values, modelInfo.weights),
      }
      : {}),
    peft: {
      ...format,
      async write(values) {
        const content = await format.write(values);
        const unread = beside.unread.map((name) => ({ name, ...tensors.get(name)! }));
        return {
          ...content,
          config: { ...content.config, ...config },
          tensors: [...content.tensors, ...unread],
        };
      },
    },
  };
}

/** PEFT's names, our path and the shape of every tensor that the folder should hold. */
function specsOf(
  modelInfo: ModelInfo,
  own: AttachedMethod,
  config: PeftFiles["config"],
  inBody: ReadonlySet<string>,
): WeightSpec[] {
  const { names } = own.peft!;
  const stored = [...own.parameters, ...(own.frozen ?? []).filter(({ name }) => names!.has(name))];
  const added = stored.map(({ name, shape }): WeightSpec => ({
    path: name,
    shape,
    names: names!.get(name)!,
  }));
  const weights = trainedWeights(modelInfo, own).map((weight): WeightSpec => ({
    path: weight.path,
    shape: weight.shape,
    names: namesInPeft(modelInfo, weight, own, inBody.has(weight.layer.path)),
    transpose: isStoredTransposed(weight),
    // A head that PEFT was not told to save stays as the checkpoint has it.
    optional: !isSaved(modelInfo, weight.path, config),
  }));
  return [...added, ...weights];
}
