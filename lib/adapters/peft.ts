/**
 * Continues from a PEFT folder: the method and the trained tensors come out of its files, whether
 * tunebook or Python wrote them.
 *
 * @module
 */
import { join } from "node:path";
import { takesNoOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import type { AttachedMethod, Method, ModelInfo } from "../nn/method.ts";
import { trainedWeights } from "../nn/trained.ts";
import { matchWeights, type WeightSpec } from "../weights/load_weights.ts";
import { withChosenLayers } from "./peft/chosen_layers.ts";
import { configFile, type PeftFiles, peftPrefix, readPeftFiles } from "./peft/files.ts";
import { methodFromPeft, type PeftTypes } from "./peft/types.ts";

/**
 * A fine-tuned adapter as the start of another run. With `epochs: 0` nothing is trained: the run
 * scores the adapter and deploys it. The folder is read when the plan runs.
 *
 * @param folder a folder with `adapter_config.json` and `adapter_model.safetensors`
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
    open: async () => peftFromFiles(await readPeftFiles(folder)),
    attach: () => {
      throw new TunebookError("input", "peft: open() reads the folder; attach what it gives");
    },
  };
}

/** The method of a folder that has been read; `types` are the methods that it may hold. */
export function peftFromFiles(files: PeftFiles, types?: PeftTypes): Method {
  const method = openMethod(files, types);
  return {
    method: "peft",
    settings: { folder: files.folder },
    ...(method.learningRate === undefined ? {} : { learningRate: method.learningRate }),
    attach: (modelInfo) => attach(modelInfo, method.attach(modelInfo), files),
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

function attach(modelInfo: ModelInfo, own: AttachedMethod, files: PeftFiles): AttachedMethod {
  const { tensors, config, folder } = files;
  const format = own.peft;
  if (!format) {
    throw new TunebookError(
      "unsupported",
      `${folder}: PEFT has no ${String(config.peft_type)} for ${modelInfo.modelType}`,
    );
  }
  const { found } = matchWeights(files, specsOf(modelInfo, own, config));
  const all = new Map([...found].map(([{ path }, name]) => [path, tensors.get(name)!.data]));
  const frozen = own.frozen?.map((tensor) => {
    const stored = all.get(tensor.name);
    return stored ? { ...tensor, values: () => stored } : tensor;
  });
  const values = new Map(all);
  for (const { name } of frozen ?? []) values.delete(name);
  return {
    ...own,
    ...(frozen ? { frozen } : {}),
    parameters: own.parameters.map((parameter) => ({
      ...parameter,
      initial: () => values.get(parameter.name)!,
    })),
    initialWeights: values,
    ...(files.labels ? { labels: files.labels } : {}),
    ...(typeof config.task_type === "string" ? { taskType: config.task_type } : {}),
    peft: {
      ...format,
      async write(values) {
        const content = await format.write(values);
        return { ...content, config: { ...content.config, ...config } };
      },
    },
  };
}

/** PEFT's names, our path and the shape of every tensor that the folder should hold. */
function specsOf(
  modelInfo: ModelInfo,
  own: AttachedMethod,
  { modules_to_save: saved }: PeftFiles["config"],
): WeightSpec[] {
  const { modelPrefix = peftPrefix, names } = own.peft!;
  const stored = [...own.parameters, ...(own.frozen ?? []).filter(({ name }) => names!.has(name))];
  const added = stored.map(({ name, shape }): WeightSpec => ({
    path: name,
    shape,
    names: names!.get(name)!,
  }));
  // A head that PEFT was not told to save stays as the checkpoint has it.
  const isSaved = (path: string) =>
    Array.isArray(saved) && saved.some((module) => `.${path}`.includes(`.${module}.`));
  const weights = trainedWeights(modelInfo, own).map(({ path, shape }): WeightSpec => ({
    path,
    shape,
    names: [`${modelPrefix}.${path}`, `${modelPrefix}.${modelInfo.pathPrefix}${path}`],
    optional: !isSaved(path),
  }));
  return [...added, ...weights];
}
