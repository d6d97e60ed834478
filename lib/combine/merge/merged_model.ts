/**
 * One model of several, whose weights are merged when they are asked for.
 *
 * @module
 */
import { LazyMap } from "../../core/lazy_map.ts";
import { Random } from "../../core/random.ts";
import { isHead, type Model, modelWeights } from "../../nn/model.ts";
import { linearMerge } from "./linear_merge.ts";
import type { MergeMethod } from "./merge_method.ts";
import { type ModelWeights, weightsAt } from "./tensor_weights.ts";

/** What is merged, and how. The models have the same tensors. */
export interface ModelsToMerge {
  readonly models: readonly Model[];
  /** The model that they were trained from, with a head of any numbers. */
  readonly base?: Model | undefined;
  readonly method: MergeMethod;
  /** The weight of each model. */
  readonly weights: readonly ModelWeights[];
  readonly seed: number;
}

/** A merged model, and what could not be merged as asked. */
export interface MergedModel {
  readonly model: Model;
  /** Tensors that the base lacks, which are weighted means. */
  readonly withoutBase: readonly string[];
}

/**
 * The first model with merged weights. Each weight is read from all models and merged when it is asked for, so
 * that no two models are in memory. The head of a base is nobody's: the models' own heads are averaged.
 */
export function mergedModel(
  { models, base, method, weights, seed }: ModelsToMerge,
): MergedModel {
  const [first] = models;
  const all = modelWeights(first);
  const paths = all.map(({ path }) => path);
  const at = weights.map((each) => weightsAt(paths, each));
  const lacking = new Set(
    method.base === "required" && base
      ? all.filter((weight) => isHead(base, weight)).map(({ path }) => path)
      : [],
  );
  const merge = (path: string, shape: readonly number[]) => {
    const group = {
      name: path,
      shape,
      tensors: models.map((model) => model.weights.get(path)!),
      weights: at.map((each) => each.get(path)!),
      random: Random.fromSeed(seed, path),
    };
    if (lacking.has(path)) return linearMerge().merge(group);
    const own = base && method.base !== "unused" && base.weights.get(path);
    return method.merge({ ...group, ...(own ? { base: own } : {}) });
  };
  const merged = new LazyMap(
    all.map(({ path, shape }) => [path, () => merge(path, shape)]),
    paths,
  );
  const { quantized: _, ...rest } = first;
  return { model: { ...rest, weights: merged }, withoutBase: [...lacking] };
}
