/**
 * PEFT's adapter folder: `adapter_config.json` and `adapter_model.safetensors`.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import type { Adapter, AttachedAdapter } from "../nn/adapter.ts";
import { attachTo, type Model } from "../nn/model.ts";
import { trainedWeights } from "../nn/trained.ts";
import { loadWeights, type WeightSpec } from "../weights/load_weights.ts";
import { openWeights } from "../weights/open_weights.ts";
import { writeSafetensors } from "../weights/write_safetensors.ts";
import { methodFromPeft } from "./mod.ts";

const configFile = "adapter_config.json";
const tensorFile = "adapter_model.safetensors";
const modelPrefix = "base_model.model";

/** A method with its trained tensors. */
export interface LoadedAdapter {
  readonly method: Adapter;
  readonly attached: AttachedAdapter;
  /** Trained tensors by path: the method's parameters and the head's weights. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** The labels' names, where tunebook wrote the folder. */
  readonly labels?: readonly string[];
}

/** Reads a PEFT folder for `model`. Missing, surplus and wrongly shaped tensors are one error. */
export async function readPeftFolder(folder: string, model: Model): Promise<LoadedAdapter> {
  const path = join(folder, configFile);
  let config: unknown;
  try {
    config = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new TunebookError("weights", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (typeof config !== "object" || config === null) {
    throw new TunebookError("weights", `${path} is not a JSON object`);
  }
  const method = methodFromPeft(config as Record<string, unknown>);
  const attached = attachTo(model, method);
  using file = await openWeights(join(folder, tensorFile));
  const { values } = await loadWeights(file, tensorSpecs(model, attached));
  const stored = (config as { tunebook_labels?: unknown }).tunebook_labels;
  return {
    method,
    attached,
    values,
    ...(Array.isArray(stored) ? { labels: stored.map(String) } : {}),
  };
}

/** Writes a PEFT folder that `PeftModel.from_pretrained` opens. */
export async function writePeftFolder(
  folder: string,
  model: Model,
  attached: AttachedAdapter,
  values: ReadonlyMap<string, Float32Array>,
  labels: readonly string[],
): Promise<void> {
  const format = attached.toPeft?.();
  if (!format) {
    throw new TunebookError(
      "unsupported",
      "this method has no PEFT format; deploy it with merged(folder) or onnx(folder) instead",
    );
  }
  const tensors = tensorSpecs(model, attached).map(({ path, shape, names }) => ({
    name: names[0],
    dtype: "F32" as const,
    shape,
    data: values.get(path)!,
  }));
  await writeSafetensors(join(folder, tensorFile), tensors, { format: "pt" });
  const config = {
    ...format.config,
    task_type: "SEQ_CLS",
    base_model_name_or_path: model.reference.replace(/^(hf|file):/, "").replace(/@[^/]*$/, ""),
    inference_mode: true,
    modules_to_save: savedModules(model),
    tunebook_labels: labels,
  };
  await writeFileAtomic(join(folder, configFile), JSON.stringify(config, null, 2) + "\n");
}

/** PEFT saves whole top modules beside the adapter. */
function savedModules({ head }: Model): string[] {
  return [...new Set(head.map((path) => path.split(".")[0]))];
}

/** PEFT's name, our path and the shape of every trained tensor. */
function tensorSpecs(model: Model, attached: AttachedAdapter): WeightSpec[] {
  const { prefix, classification } = model.architecture;
  const names = attached.toPeft?.().tensorNames ?? new Map<string, string>();
  const added = attached.parameters.map(({ name, shape }): WeightSpec => ({
    path: name,
    shape,
    names: [`${modelPrefix}.${prefix}.${names.get(name)}`, `${modelPrefix}.${names.get(name)}`],
  }));
  const outputs = 1;
  const top = new Set(classification.layers(model.config, outputs).map(({ path }) => path));
  const own = trainedWeights(model, attached).map(({ path, shape, layer }): WeightSpec => ({
    path,
    shape,
    names: [top.has(layer.path) ? `${modelPrefix}.${path}` : `${modelPrefix}.${prefix}.${path}`],
  }));
  return [...added, ...own];
}
