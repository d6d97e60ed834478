/**
 * A smaller model out of a trained one.
 *
 * @module
 */
import { join } from "node:path";
import { prunedModel } from "../../combine/prune/pruned_model.ts";
import { unitGroups } from "../../combine/prune/unit_group.ts";
import { writeFileAtomic, writeFolderAtomic } from "../../core/atomic.ts";
import { checkOptions } from "../../core/check_options.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import { checkFolders } from "../../deploy/check_targets.ts";
import { type FloatDtype, floatDtypes } from "../../deploy/float_dtype.ts";
import { merged, writeMerged } from "../../deploy/merged.ts";
import { transformersObstacle } from "../../deploy/transformers_obstacle.ts";
import { type Device, openDevice } from "../../engine/mod.ts";
import { numbersIn } from "../../nn/check_method_size.ts";
import { noAdapter } from "../../nn/merge.ts";
import { type Model, modelWeights } from "../../nn/model.ts";
import { referenceOf } from "../../weights/reference.ts";
import { localSources } from "../merge/local_sources.ts";
import {
  checkAlike,
  type MergeSource,
  openMergeBase,
  openSource,
} from "../merge/open_for_merge.ts";
import { processorOf } from "../run/open_stage.ts";
import { calibrationRows } from "./calibration_rows.ts";
import { chooseUnits, type ChosenUnits } from "./choose_units.ts";
import { checkPrune, criterionOf, type PruneOptions } from "./prune_options.ts";
import { pruningFile, type PruningReceipt, pruningReceipt } from "./prune_receipt.ts";

/** How a pruned model is written. */
export interface SavePruningOptions {
  /** The type of the weights: `float32` unless given. */
  readonly dtype?: FloatDtype;
}

const saveRules: Rules<SavePruningOptions> = { dtype: oneOf(floatDtypes) };

/** A model that is to be smaller. Frozen data; nothing is read before it is saved. */
export interface Pruning extends PruneOptions {
  /** The whole model's reference. */
  readonly model: string;
  /**
   * Measures, takes out, and writes a folder that `model` and `open` read, with `pruning.json` beside the model. It says
   * where transformers cannot read it: `transformersObstacle`.
   *
   * @throws {TunebookError} of kind `unsupported` for a family that cannot be pruned, of kind `input` for layers that
   *   the model has not, of kind `data` for rows that its task cannot read, and of kind `output` for a folder that is
   *   something else.
   */
  save(folder: string, options?: SavePruningOptions): Promise<PruningReceipt>;
}

const usualRows = 128;

/**
 * Makes a trained model smaller: fewer attention heads, a narrower feed-forward part, fewer layers. Its matrices are
 * smaller, and nothing is masked, so that every target and every device is faster. What it has lost is learnt again by
 * a training of the smaller model, `model(receipt.reference).data(rows, task).adapt(lora())…`.
 *
 * Of heads and inner numbers those with the largest scores stay: `taylor`, gradient × weight on some training rows
 * (arXiv 1905.10650); `wanda`, the sizes of weights and inputs (arXiv 2306.11695); `magnitude`, the sizes of weights;
 * `movement`, how far a training has moved them away from zero since `base` (arXiv 2005.07683); `random`, to compare
 * with. Layers are compared by how much they change their input (arXiv 2403.03853).
 *
 * @param model a reference or folder of a trained model, whole or an adapter, which is merged
 * @throws {TunebookError} of kind `input` for options that make no sense together.
 *
 * @example
 * ```ts
 * import { prune } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const small = prune("out/reviews", { heads: 0.5, feedForward: 0.5, layers: 4, rows: "reviews.csv" });
 * assert.equal(small.model, "out/reviews");
 * // await small.save("out/small") writes the folder.
 * assert.throws(() => prune("out/reviews", { layers: 4 }), /rows are missing/);
 * ```
 */
export function prune(model: string, options: PruneOptions): Pruning {
  checkPrune(model, options);
  return Object.freeze({
    ...options,
    model,
    save: (folder: string, how: SavePruningOptions = {}) => savePruned(model, options, folder, how),
  });
}

/** Makes sure that a pruned model can be written there, apart from what it is made of. */
export async function checkPlace(
  folder: string,
  model: string,
  { base }: Pick<PruneOptions, "base">,
): Promise<void> {
  const sources = { "the model": model, ...(base === undefined ? {} : { "the base": base }) };
  await checkFolders([merged(folder)], await localSources(sources));
}

async function savePruned(
  reference: string,
  options: PruneOptions,
  folder: string,
  how: SavePruningOptions,
): Promise<PruningReceipt> {
  checkOptions("save", how, saveRules);
  const { dtype = "float32" } = how;
  await checkPlace(folder, reference, options);
  await using _held = await lockFolders([folder]);
  const { source, rows, chosen } = await chosenOf(reference, options);
  const { opened, trained: { task, maxTokens } } = source;
  const model = prunedModel(source.model, chosen.kept);
  const receipt: PruningReceipt = {
    folder,
    reference: referenceOf(folder),
    model: reference,
    by: criterionOf(options),
    ...(options.base === undefined ? {} : { base: options.base }),
    rows,
    seed: options.seed ?? 0,
    dtype,
    ...figuresOf(source.model, model, chosen),
  };
  await writeFolderAtomic(folder, async (inside) => {
    await writeMerged(
      {
        trainable: { model, adapter: noAdapter },
        values: new Map(),
        task,
        files: opened.files,
        processor: processorOf(opened, maxTokens),
        maxTokens,
      },
      inside,
      { dtype },
    );
    await writeFileAtomic(join(inside, pruningFile), JSON.stringify(receipt, null, 2) + "\n");
  });
  return pruningReceipt(receipt);
}

async function chosenOf(
  reference: string,
  options: PruneOptions,
): Promise<{ source: MergeSource; rows: number; chosen: ChosenUnits }> {
  const { rows: given, mostRows = usualRows, seed = 0, base } = options;
  const device = await openDevice();
  const source = await openSource(referenceOf(reference), device);
  const rows = given === undefined
    ? undefined
    : await calibrationRows(source, given, { name: "the calibration data", most: mostRows });
  const before = base === undefined ? undefined : await modelBefore(base, source, device);
  const context = { by: criterionOf(options), seed, device, rows, before };
  const chosen = await chooseUnits(source.model, options, context);
  return { source, rows: rows?.examples.rows ?? 0, chosen };
}

/** What the model was before its training. */
async function modelBefore(base: string, source: MergeSource, device: Device): Promise<Model> {
  const { model } = await openMergeBase(referenceOf(base), source, device);
  checkAlike({ "the model": source }, { name: "the base", model });
  return model;
}

function figuresOf(before: Model, after: Model, { kept, influence }: ChosenUnits) {
  const both = (of: (model: Model) => number) => ({ before: of(before), after: of(after) });
  const obstacle = transformersObstacle(after);
  return {
    parameters: both((model) => numbersIn(modelWeights(model))),
    heads: both(({ config }) => config.numHeads),
    feedForward: both((model) => unitGroups(model, "feedForward")[0].units),
    layers: both(({ config }) => config.numLayers),
    keptLayers: kept.layers,
    ...(kept.heads ? { keptHeads: kept.heads } : {}),
    ...(influence ? { influence } : {}),
    ...(obstacle === undefined ? {} : { transformersObstacle: obstacle }),
  };
}
