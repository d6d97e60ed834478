/**
 * The models of a merge, opened and compared, and the merges that can be made of them.
 *
 * @module
 */
import { type MergedModel, mergedModel } from "../../combine/merge/merged_model.ts";
import { slicedModel, sliceProblems } from "../../combine/merge/layer_slices.ts";
import { passthrough } from "../../combine/merge/passthrough.ts";
import type { ModelWeights } from "../../combine/merge/tensor_weights.ts";
import { mistakes } from "../../core/errors.ts";
import type { Device } from "../../engine/mod.ts";
import { referenceOf } from "../../weights/reference.ts";
import type { MergeOptions } from "./merge_options.ts";
import { checkSameTokens, uniteVocabularies } from "./unite_vocabularies.ts";
import { baseName } from "./vocabulary_options.ts";
import {
  checkAlike,
  type MergeSource,
  type MergeSources,
  openMergeBase,
  openSource,
} from "./open_for_merge.ts";

/**
 * Opens the models of a merge. Throws one error of kind "input" for models that do not fit each other.
 *
 * @param scratch a folder for the tokenizer that is made for them, which must stay until the merge is written
 */
export async function openMergeSources(
  models: Readonly<Record<string, string>>,
  { base: baseSource, vocabulary, slices }: Pick<MergeOptions, "base" | "vocabulary" | "slices">,
  { device, scratch }: { readonly device: Device; readonly scratch: string },
): Promise<MergeSources> {
  const sources: Record<string, MergeSource> = {};
  for (const [name, source] of Object.entries(models)) {
    sources[name] = await openSource(referenceOf(source), device);
  }
  const base = baseSource === undefined
    ? undefined
    : await openMergeBase(referenceOf(baseSource), Object.values(sources)[0], device);
  const named = (of: MergeSources) => of.base && { name: baseName, model: of.base.model };
  const opened = { sources, base };
  checkAlike(sources, named(opened), "none");
  if (!vocabulary) await checkSameTokens(opened);
  const united = vocabulary ? await uniteVocabularies(opened, vocabulary, scratch) : opened;
  checkAlike(united.sources, named(united), slices ? "by layer" : "all");
  if (slices) checkSlices(united, slices);
  return united;
}

function checkSlices({ sources }: MergeSources, slices: NonNullable<MergeOptions["slices"]>): void {
  const numLayers = Object.entries(sources).map((
    [name, { model }],
  ) => [name, model.config.numLayers]);
  const wrong = sliceProblems(slices, Object.fromEntries(numLayers));
  if (wrong.length > 0) throw mistakes("input", "these models cannot be merged:", wrong);
}

/** The merge of the models that have a weight here. */
export function mergeOf(
  { sources, base }: MergeSources,
  weights: Readonly<Record<string, ModelWeights>>,
  { method, slices, seed = 0 }: Pick<MergeOptions, "method" | "slices" | "seed">,
): MergedModel {
  if (slices) {
    const models = Object.keys(weights).map((name) => [name, sources[name].model]);
    return slicedModel({ models: Object.fromEntries(models), slices, method, weights, seed });
  }
  return mergedModel({
    models: Object.keys(weights).map((name) => sources[name].model),
    base: base?.model,
    method,
    weights: Object.values(weights),
    seed,
  });
}

/** One of the models as it is. */
export function modelAlone(of: MergeSources, name: string): MergedModel {
  return mergeOf(of, { [name]: 1 }, { method: passthrough() });
}

/** The weight of each model, 1 unless given. */
export function weightsOfAll(
  models: Readonly<Record<string, string>>,
  { weights = {} }: Pick<MergeOptions, "weights">,
): Record<string, ModelWeights> {
  const given: Readonly<Record<string, ModelWeights | undefined>> = weights;
  return Object.fromEntries(Object.keys(models).map((name) => [name, given[name] ?? 1]));
}
