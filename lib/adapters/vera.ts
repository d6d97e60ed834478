/**
 * VeRA (Kopiczko et al., arXiv 2310.11454): x·Wᵀ gains b ∘ ((d ∘ (x·Aᵀ))·Bᵀ). A and B are random,
 * frozen and shared by all linears; only the vectors d [rank] and b [outFeatures] are trained. A linear
 * uses the first columns of A and the first rows of B. b starts at zero, d at .1 (the paper's table
 * 6), A and B at He's uniform numbers from PyTorch's generator, so that PEFT makes the same ones
 * from the same key. Rank 256 is PEFT's default. The rate is from 1,500 of the sentiment rows,
 * three epochs: accuracy .853 at 3e-3, .870 at 1e-2, .882 at 3e-2. The head learns at the same
 * rate, and with RoBERTa's of two layers 3e-2 ended at a higher loss (.31) than 1e-2 (.24); PEFT's
 * example for classes has 2e-2, and 1e-2 for the head. On a decoder PEFT's GSM8K comparison gives
 * .354 at 1e-3.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  notNegative,
  type Rule,
  type Rules,
  share,
  whole,
  wholeFrom0,
} from "../core/option_rules.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import type { AttachedMethod, FrozenTensor, Method, ModelInfo } from "../nn/method.ts";
import type { LinearLayer } from "../nn/layer.ts";
import type { LowRank } from "../nn/adapter_delta.ts";
import { chooseTargets, type Targets } from "../nn/targets.ts";
import { scaledProduct } from "./parts/lora_target.ts";
import {
  checkFields,
  fanInFanOut,
  learnableBiases,
  namesForPeft,
  targetsOf,
  wrappedNames,
} from "./peft/fields.ts";
import type { PeftConfig } from "./peft/config.ts";
import { given, layerNames } from "./settings.ts";
import { torchUniform } from "./parts/torch_uniform.ts";

/** Settings of VeRA. */
export interface VeraOptions {
  /** Rows of A; 256 unless given. */
  readonly rank?: number;
  /** The linears to adapt; the attention's query and value unless given. */
  readonly targets?: Targets;
  /** Dropout on the input of A; 0 unless given. */
  readonly dropout?: number;
  /** Where d starts; .1 unless given. */
  readonly start?: number;
  /** The seed of A and B, apart from the run's seed as in PEFT; 0 unless given. */
  readonly key?: number;
}

const learningRate = 1e-2;
const keyRule: Rule = [
  "a whole number from 0 below 2³²",
  (value) => wholeFrom0[1](value) && value as number < 2 ** 32,
];
/** What the settings must be. */
export const veraRules: Rules<VeraOptions> = {
  rank: whole,
  targets: layerNames,
  dropout: share,
  start: notNegative,
  key: keyRule,
};
/** The shared tensors, as PEFT calls them. */
const sharedA = "vera_A";
const sharedB = "vera_B";

type Settings = Required<Omit<VeraOptions, "targets">> & {
  /** False in a folder that leaves the shared tensors to the key. */
  readonly saveProjection: boolean;
};

/**
 * Vectors between two frozen random matrices.
 *
 * @example
 * ```ts
 * import { vera } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(vera({ rank: 64 }).settings.start, 0.1);
 * ```
 */
export function vera(options: VeraOptions = {}): Method {
  return veraOf(options, true);
}

function veraOf(asked: VeraOptions, saveProjection: boolean): Method {
  checkOptions("vera", asked, veraRules);
  const { targets, ...options } = asked;
  const settings = { rank: 256, dropout: 0, start: 0.1, key: 0, ...given(options) };
  return {
    method: "vera",
    settings: { ...settings, ...(targets === undefined ? {} : { targets }) },
    learningRate,
    attach: (modelInfo) => attach(modelInfo, { ...settings, saveProjection }, targets),
  };
}

const lambdaB = (path: string) => `${path}.vera_lambda_b`;
const lambdaD = (path: string) => `${path}.vera_lambda_d`;

function attach(
  modelInfo: ModelInfo,
  settings: Settings,
  targets: Targets | undefined,
): AttachedMethod {
  const { rank, dropout, start } = settings;
  const sites = new Map(chooseTargets(modelInfo, targets).map((layer) => [layer.path, layer]));
  const layers = [...sites.values()];
  const parameters = layers.flatMap(({ path, outFeatures }) => [
    {
      name: lambdaB(path),
      shape: [outFeatures],
      decay: false,
      initial: () => new Float32Array(outFeatures),
    },
    {
      name: lambdaD(path),
      shape: [rank],
      decay: false,
      initial: () => new Float32Array(rank).fill(start),
    },
  ]);
  const frozen = sharedTensors(layers, settings);
  return {
    parameters,
    frozen,
    targets: [...sites.keys()],
    trains: () => false,
    output(path, x, y, context) {
      const site = sites.get(path);
      if (!site) return y;
      const a = part(context.parameter(sharedA), [rank, site.inFeatures]);
      const b = part(context.parameter(sharedB), [site.outFeatures, rank]);
      const low = tf.matMul(context.dropout(x, dropout), a, false, true); // [tokens, rank]
      const scaled = tf.mul(low, context.parameter(lambdaD(path)));
      const high = tf.matMul(scaled, b, false, true); // [tokens, outFeatures]
      return tf.add(y, tf.mul(high, context.parameter(lambdaB(path))));
    },
    mergedInto(layer, values) {
      return sites.has(layer.path) ? productAt(layer, rank, frozen[0].shape[1], values) : undefined;
    },
    delta: (values) => ({
      linears: new Map(
        layers.map((
          layer,
        ) => [layer.path, { low: lowRankAt(layer, rank, frozen[0].shape[1], values) }]),
      ),
    }),
    peft: {
      write: (values) => ({
        config: {
          peft_type: "VERA",
          r: rank,
          target_modules: namesForPeft(modelInfo, targets ?? modelInfo.attentionTargets, [
            ...sites.keys(),
          ]),
          projection_prng_key: settings.key,
          save_projection: settings.saveProjection,
          vera_dropout: dropout,
          d_initial: start,
          fan_in_fan_out: fanInFanOut(modelInfo, [...sites.keys()]),
          bias: "none",
          init_weights: true,
        },
        tensors: [
          ...parameters.map((tensor) => ({
            ...tensor,
            stored: wrappedNames(modelInfo, tensor.name)[0],
          })),
          ...(settings.saveProjection ? frozen : [])
            .map((tensor) => ({ ...tensor, stored: `base_model.${tensor.name}` })),
        ].map(({ name, shape, stored }) => ({ name: stored, shape, data: values.get(name)! })),
      }),
      names: new Map<string, readonly string[]>([
        ...parameters.map(({ name }) => [name, wrappedNames(modelInfo, name)] as const),
        ...(settings.saveProjection ? frozen : [])
          .map(({ name }) => [name, [`base_model.${name}`]] as const),
      ]),
    },
  };
}

/** A [rank, widest input] and B [widest output, rank]. */
function sharedTensors(layers: readonly LinearLayer[], { rank, key }: Settings): FrozenTensor[] {
  const inFeatures = Math.max(...layers.map((layer) => layer.inFeatures));
  const outFeatures = Math.max(...layers.map((layer) => layer.outFeatures));
  // He's uniform numbers: √3 · √2 / √(columns).
  const bounds = [inFeatures, rank].map((columns) =>
    Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(columns))
  );
  let made: Float32Array[] | undefined;
  const both = () => made ??= torchUniform(key, [rank * inFeatures, outFeatures * rank], bounds);
  return [
    { name: sharedA, shape: [rank, inFeatures], values: () => both()[0] },
    { name: sharedB, shape: [outFeatures, rank], values: () => both()[1] },
  ];
}

/** The first rows and columns. */
function part(matrix: Tensor, shape: [number, number]): Tensor {
  const isWhole = matrix.shape.every((dim, axis) => dim === shape[axis]);
  return isWhole ? matrix : tf.slice(matrix, [0, 0], shape);
}

/** (b ∘ B)·diag(d)·A with the linear's part of A, which has `columns` columns. */
function lowRankAt(
  { path, inFeatures, outFeatures }: LinearLayer,
  rank: number,
  columns: number,
  values: ReadonlyMap<string, Float32Array>,
): LowRank {
  const [a, b] = [values.get(sharedA)!, values.get(sharedB)!];
  const scales = values.get(lambdaB(path))!;
  return {
    rank,
    a: columns === inFeatures ? a : Float32Array.from(
      { length: rank * inFeatures },
      (_, i) => a[Math.floor(i / inFeatures) * columns + i % inFeatures],
    ),
    diagonal: values.get(lambdaD(path))!,
    b: b.subarray(0, outFeatures * rank).map((each, i) => each * scales[Math.floor(i / rank)]),
  };
}

/** The same as one matrix, [outFeatures, inFeatures]. */
function productAt(
  layer: LinearLayer,
  rank: number,
  columns: number,
  values: ReadonlyMap<string, Float32Array>,
): Float32Array {
  const { a, b, diagonal } = lowRankAt(layer, rank, columns, values);
  const left = b.map((each, i) => each * diagonal[i % rank]);
  return scaledProduct(left, a, { ...layer, rank, scale: 1 });
}

/** The method in a PEFT folder. */
export function veraFromPeft(config: PeftConfig): Method {
  checkFields(config, {
    numbers: ["r"],
    targets: true,
    off: { bias: learnableBiases },
  });
  return veraOf({
    rank: config.r as number,
    targets: targetsOf(config),
    dropout: (config.vera_dropout as number | null) ?? 0,
    start: (config.d_initial as number | null) ?? 0.1,
    key: (config.projection_prng_key as number | null) ?? 0,
  }, config.save_projection !== false);
}
