/**
 * The models of a merge, opened and compared, and the merges that can be made of them.
 *
 * @module
 */
import { type MergedModel, mergedModel } from "../../combine/merge/merged_model.ts";
import type { MergeMethod } from "../../combine/merge/merge_method.ts";
import { passthrough } from "../../combine/merge/passthrough.ts";
import type { ModelWeights } from "../../combine/merge/tensor_weights.ts";
import type { Device } from "../../engine/mod.ts";
import { referenceOf } from "../../weights/reference.ts";
import type { MergeOptions } from "./merge_options.ts";
import { checkAlike, type MergeSource, openMergeBase, openSource } from "./open_for_merge.ts";

/** Opened models that fit each other. */
export interface MergeSources {
  /** By their names, in the order in which they were given. */
  readonly sources: Readonly<Record<string, MergeSource>>;
  readonly base?: Pick<MergeSource, "opened" | "model" | "fingerprint"> | undefined;
}

/** Opens the models of a merge. Throws one error of kind "input" for models that do not fit each other. */
export async function openMergeSources(
  models: Readonly<Record<string, string>>,
  { base: baseSource }: Pick<MergeOptions, "base">,
  device: Device,
): Promise<MergeSources> {
  const sources: Record<string, MergeSource> = {};
  for (const [name, source] of Object.entries(models)) {
    sources[name] = await openSource(referenceOf(source), device);
  }
  const base = baseSource === undefined
    ? undefined
    : await openMergeBase(referenceOf(baseSource), Object.values(sources)[0], device);
  checkAlike(sources, base && { name: "base", model: base.model });
  return { sources, base };
}

/** The merge of the models that have a weight here. */
export function mergeOf(
  { sources, base }: MergeSources,
  weights: Readonly<Record<string, ModelWeights>>,
  { method, seed = 0 }: { readonly method: MergeMethod; readonly seed?: number | undefined },
): MergedModel {
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
