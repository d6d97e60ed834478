/**
 * The LoRA in a file of diffusers or kohya as a method, by way of PEFT's names.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ModelInfo } from "../../nn/method.ts";
import { moduleNames } from "../../nn/module_names.ts";
import type { PeftConfig } from "./config.ts";
import { type PeftFiles, peftPrefix } from "./files.ts";
import { kohyaLayer } from "./lora_names.ts";
import type { LoraFile, LoraTensor, StoredLora } from "./lora_file.ts";

/**
 * The same as a folder of PEFT would hold it for a model.
 *
 * @throws {TunebookError} of kind "weights" with every layer that the model has not
 */
export function peftFilesOf(file: LoraFile, modelInfo: ModelInfo): PeftFiles {
  const { path, layers } = file;
  const placed = placedLayers(file, modelInfo);
  const tensors = new Map<string, LoraTensor>();
  for (const [name, at] of placed) {
    const { a, b, magnitude } = layers.get(name)!;
    const stored = `${peftPrefix}.${at}`;
    tensors.set(`${stored}.lora_A.weight`, a);
    tensors.set(`${stored}.lora_B.weight`, b);
    if (magnitude) tensors.set(`${stored}.lora_magnitude_vector`, magnitude);
  }
  const config = file.config
    ? { peft_type: "LORA", ...file.config }
    : configOf([...placed].map(([name, at]) => [at, layers.get(name)!]));
  return { folder: path, path, config, tensors };
}

/** The file's name of each layer → the module's. */
function placedLayers({ path, names, layers }: LoraFile, modelInfo: ModelInfo) {
  const known = new Map(
    modelInfo.layers.filter(({ kind }) => kind === "linear" || kind === "conv")
      .flatMap((layer) => {
        const [module, ...others] = moduleNames(modelInfo, layer.path);
        return [module, ...others].map((name) =>
          [names === "kohya" ? kohyaLayer(name) : name, module] as const
        );
      }),
  );
  const unknown = [...layers.keys()].filter((name) => !known.has(name));
  if (unknown.length === 0) {
    return new Map([...layers.keys()].map((name) => [name, known.get(name)!]));
  }
  throw mistakes(
    "weights",
    `${path} has layers that the model, of the family ${modelInfo.modelType}, has not:`,
    unknown.map((name) => `${name}${didYouMean(name, known.keys())}`),
  );
}

/**
 * PEFT's config of a file without one. Without alphas nothing is scaled, as in diffusers and in kohya's
 * scripts.
 */
function configOf(layers: readonly (readonly [path: string, stored: StoredLora])[]): PeftConfig {
  const all = layers.map(([path, { a, alpha, magnitude }]) => ({
    path,
    rank: a.shape[0],
    alpha: alpha ?? a.shape[0],
    dora: magnitude !== undefined,
  }));
  const [{ rank, alpha }] = all;
  const others = (of: "rank" | "alpha", usual: number) =>
    Object.fromEntries(
      all.filter((each) => each[of] !== usual).map((each) => [`^${each.path}`, each[of]]),
    );
  return {
    peft_type: "LORA",
    r: rank,
    lora_alpha: alpha,
    rank_pattern: others("rank", rank),
    alpha_pattern: others("alpha", alpha),
    target_modules: all.map(({ path }) => path),
    use_dora: all.some(({ dora }) => dora),
    bias: "none",
    init_lora_weights: true,
  };
}
