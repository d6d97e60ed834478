/**
 * A model of layers of several models, one slice above the other.
 *
 * @module
 */
import { LazyMap } from "../../core/lazy_map.ts";
import { Random } from "../../core/random.ts";
import { weightsOf } from "../../nn/layer.ts";
import { bodyPaths, type Model } from "../../nn/model.ts";
import { stackedConfig } from "../../models/stacked_layers.ts";
import type { MergedModel } from "./merged_model.ts";
import type { MergeMethod } from "./merge_method.ts";
import { type ModelWeights, weightsAt } from "./tensor_weights.ts";

/**
 * Layers that are merged with each other, of as many layers each, by the models' names: from the first number,
 * counted from 0, up to but without the second one.
 */
export type LayerSlice<Name extends string = string> = Readonly<
  Partial<Record<Name, readonly [first: number, end: number]>>
>;

/** What is put together, and how the models of a slice are merged. */
export interface SlicesToMerge {
  readonly models: Readonly<Record<string, Model>>;
  readonly slices: readonly LayerSlice[];
  readonly method: MergeMethod;
  /** The weight of each model; layers count in the new model. */
  readonly weights: Readonly<Record<string, ModelWeights>>;
  readonly seed: number;
}

/** What is wrong with slices of models that have so many layers; empty where nothing is. */
export function sliceProblems(
  slices: readonly LayerSlice[],
  numLayers: Readonly<Record<string, number>>,
): string[] {
  return slices.flatMap((slice, at) =>
    Object.entries(slice).flatMap(([name, range]) => {
      const has = numLayers[name];
      return range![1] <= has ? [] : [
        `slice ${at + 1} takes layers ${range![0]} to ${range![1]} of ${name}, which has ${has}`,
      ];
    })
  );
}

/** A tensor of the new model: the models that it is merged from, with its path in each. */
interface Origin {
  readonly name: string;
  readonly path: string;
}

/**
 * The slices in their order. What comes before the layers is merged from the models of the first slice, and
 * what comes after them, the head too, from those of the last one, as mergekit does. Each weight is made when it
 * is asked for.
 */
export function slicedModel(
  { models, slices, method, weights, seed }: SlicesToMerge,
): MergedModel {
  const firstName = Object.keys(slices[0])[0];
  const first = models[firstName];
  const stackOf = slices.flatMap(layersOfSlice);
  const { config, json } = stackedConfig(
    first,
    stackOf.map((sources) => {
      const [{ name, layer }] = sources;
      return { model: models[name], layer };
    }),
  );
  const path = first.family.stack!.layerPath;
  const body = bodyPaths(first);
  const present = new Set(first.layers.map((layer) => layer.path));
  // A part of the body that no head of these models reads stays out.
  const layers = [
    ...first.family.layers(config).filter((layer) =>
      present.has(layer.path.replace(layerNumber(path), (_, before) => `${before}0.`))
    ),
    ...first.layers.filter((layer) => !body.has(layer.path)),
  ];
  const all = layers.flatMap(weightsOf);
  const begin = all.findIndex((weight) => layerNumber(path).test(weight.path));
  const paths = all.map((weight) => weight.path);
  const ends = [slices[0], slices[slices.length - 1]].map((slice) => Object.keys(slice));
  const originsOf = (weight: string, at: number): Origin[] => {
    const number = layerNumber(path).exec(weight)?.[2];
    if (number === undefined) {
      return ends[at < begin ? 0 : 1].map((name) => ({ name, path: weight }));
    }
    return stackOf[Number(number)].map(({ name, layer }) => ({
      name,
      path: weight.replace(layerNumber(path), (_, before) => `${before}${layer}.`),
    }));
  };
  const at = new Map(
    Object.entries(weights).map(([name, each]) => [name, weightsAt(paths, each)]),
  );
  const merged = new LazyMap(
    all.map(({ path, shape }, index) => {
      const origins = originsOf(path, index);
      return [path, () =>
        method.merge({
          name: path,
          shape,
          tensors: origins.map((origin) => models[origin.name].weights.get(origin.path)!),
          weights: origins.map(({ name }) => at.get(name)!.get(path)!),
          random: Random.fromSeed(seed, path),
        })] as const;
    }),
    paths,
  );
  const { quantized: _, products: __, ...rest } = first;
  return { model: { ...rest, config, json, layers, weights: merged }, withoutBase: [] };
}

/** The models of each layer of a slice, with the layer's number in them. */
function layersOfSlice(slice: LayerSlice) {
  const ranges = Object.entries(slice).map(([name, range]) => ({ name, range: range! }));
  const [{ range: [first, end] }] = ranges;
  return Array.from(
    { length: end - first },
    (_, at) => ranges.map(({ name, range }) => ({ name, layer: range[0] + at })),
  );
}

/** Finds the number of a layer in a path. */
function layerNumber(layerPath: string): RegExp {
  return new RegExp(`^(${RegExp.escape(layerPath)}\\.)(\\d+)\\.`);
}
