/**
 * A model with a method and a task, and how its tensors enter a program.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import {
  type FrozenSource,
  heldSource,
  type InputSpec,
  type QuantizedLayout,
  quantizedShapes,
  sizeOf,
  slotPath,
} from "../engine/mod.ts";
import { type EightBitLinears, eightBitWeightInputs, withEightBits } from "./eight_bit_linears.ts";
import type { AttachedMethod } from "./method.ts";
import { frozenWeights, type Model, modelWeights, quantizedNames } from "./model.ts";
import type { Objective } from "./objective.ts";
import { isRunningStatistic } from "./layer.ts";
import { movingNorms, trainedWeights } from "./trained.ts";

/** The state's vector of trained tensors. */
export const parameters = "parameters";

/** What is trained or evaluated. */
export interface TrainableModel {
  readonly model: Model;
  readonly adapter: AttachedMethod;
  readonly objective: Objective;
}

/** Weights as inputs of a program. */
export interface WeightInputs {
  readonly inputs: Record<string, InputSpec>;
  /** Weight or parameter path → input name. */
  readonly names: ReadonlyMap<string, string>;
  /** Paths of what is trained by gradients. */
  readonly trained: readonly string[];
  /** Paths of the batch normalisations whose running statistics are trained. */
  readonly movingNorms: ReadonlySet<string>;
}

/** Which codes programs have beside the weights. */
export interface WeightInputOptions {
  /** The linear layers that compute in eight bits. */
  readonly eightBit?: EightBitLinears | undefined;
}

/** Inputs for every weight: frozen ones are compiled in, trained ones are state. */
export function weightInputs(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
  { eightBit }: WeightInputOptions = {},
): WeightInputs {
  const inputs: Record<string, InputSpec> = {};
  const names = new Map<string, string>();
  const add = (path: string, shape: readonly number[], isTrained: boolean) => {
    const name = isTrained ? slotPath(parameters, path) : path;
    inputs[name] = { role: isTrained ? "state" : "frozen", type: "float32", shape };
    names.set(path, name);
  };
  const hold = (path: string, layout: QuantizedLayout) => {
    const { codes, scales } = quantizedNames(path);
    const shapes = quantizedShapes(layout);
    inputs[codes] = { role: "frozen", type: "uint8", shape: shapes.codes };
    inputs[scales] = { role: "frozen", type: "float32", shape: shapes.scales };
    names.set(codes, codes).set(scales, scales);
  };
  const own = trainedWeights(model, adapter);
  const trained = new Set(own.map(({ path }) => path));
  for (const { path, shape } of modelWeights(model)) {
    const isTrained = trained.has(path);
    const held = model.quantized?.get(path);
    if (held) {
      if (isTrained) throw untrainable(path, held.format);
      hold(path, held);
      continue;
    }
    add(path, shape, isTrained);
    const product = model.products?.get(path);
    if (product) hold(path, product);
  }
  for (const { name, shape } of adapter.frozen ?? []) {
    // A linear that lost all its ranks has empty tensors in its folder, and nothing to compute.
    if (trained.has(name) || sizeOf(shape) === 0) continue;
    const held = model.quantized?.get(name);
    if (held) throw irreplaceable(name, held.format);
    inputs[name] = { role: "frozen", type: "float32", shape };
    names.set(name, name);
  }
  for (const { name, shape } of adapter.parameters) {
    add(name, shape, true);
    trained.add(name);
  }
  if (eightBit) {
    for (const [name, spec] of Object.entries(eightBitWeightInputs({ model }, eightBit))) {
      inputs[name] = spec;
      names.set(name, name);
    }
  }
  for (const weight of own) if (isRunningStatistic(weight)) trained.delete(weight.path);
  return { inputs, names, trained: [...trained], movingNorms: movingNorms(own) };
}

/** Where a program's frozen tensors come from: the method's own before the model's weights. */
export function frozenOf(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
): FrozenSource {
  const own = new Map(adapter.frozen?.map((tensor) => [tensor.name, tensor]));
  const pretrained = frozenWeights(model);
  const read = heldSource(
    (path) => own.get(path)?.values() ?? pretrained(path),
    (path) => own.get(path) ?? pretrained.holderOf?.(path),
  );
  // Codes are made of what the program would compute with, also where the method replaces a weight.
  return withEightBits(
    model,
    read,
    (path) => own.get(path)?.values() ?? model.weights.get(path)!,
  );
}

/** Trained tensors together with the method's frozen ones. */
export function withFrozen(
  { frozen = [] }: AttachedMethod,
  values: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, Float32Array> {
  if (frozen.length === 0) return values;
  return new Map([...frozen.map((tensor) => [tensor.name, tensor.values()] as const), ...values]);
}

function irreplaceable(path: string, format: string): TunebookError {
  return new TunebookError(
    "unsupported",
    `${path} is quantised (${format}), but the method puts another matrix in its place. Use one ` +
      "that leaves it as it is, such as lora without a start from the weight, or do not quantise.",
  );
}

function untrainable(path: string, format: string): TunebookError {
  return new TunebookError(
    "unsupported",
    `${path} is quantised (${format}) and cannot be trained itself. Use a method that leaves it as ` +
      "it is, such as lora, or do not quantise the model.",
  );
}
