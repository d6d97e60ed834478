/**
 * How large the model of a trial is, and what is too large.
 *
 * @module
 */
import { quantizedShapes, sizeOf } from "../../engine/mod.ts";
import { eightBitAbove } from "../../nn/eight_bit_above.ts";
import { countFrozenLayers } from "../../nn/frozen_layers.ts";
import { modelWeights } from "../../nn/model.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { trainedTensors, trainedWeights } from "../../nn/trained.ts";
import { choosePacking } from "../../train/packing.ts";
import { planSteps } from "../../train/step_plan.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { exampleLengths, type TrainingRows } from "../../train/training_rows.ts";
import { forecast } from "../display/forecast.ts";
import type { TrialConstraints } from "./search_options.ts";

/** What is known before a training. */
export interface TrialSizes {
  readonly parameters: number;
  readonly trainedParameters: number;
  readonly bytes: number;
  /** Bytes of memory of the training, forecast. */
  readonly memory: number;
}

/** Bytes of a number in float32. */
export const floatBytes = 4;

/** The sizes of a model with its method. */
export function trialSizes(
  trainable: TrainableModel,
  rows: TrainingRows,
  settings: TrainSettings,
): TrialSizes {
  const { model, adapter } = trainable;
  const weights = modelWeights(model);
  const added = countOf(adapter.parameters);
  const bytes = weights.reduce((sum, { path, shape }) => {
    const held = model.quantized?.get(path);
    if (!held) return sum + floatBytes * sizeOf(shape);
    const { codes, scales } = quantizedShapes(held);
    return sum + sizeOf(codes) + floatBytes * sizeOf(scales);
  }, floatBytes * added);
  return {
    parameters: countOf(weights) + added,
    trainedParameters: countOf(trainedTensors(model, adapter)),
    bytes,
    memory: memoryOf(trainable, rows, settings),
  };
}

/** The rule by which a plan forecasts its memory, with the rows as they are. */
function memoryOf(trainable: TrainableModel, rows: TrainingRows, settings: TrainSettings): number {
  const { model, adapter } = trainable;
  const { config: { hiddenSize, numLayers, numDecoderLayers = 0 }, family } = model;
  const { virtualTokens = 0 } = adapter;
  const lengths = Array.from(exampleLengths(rows), (length) => {
    const whole = length + virtualTokens;
    // Each token of an encoder-decoder goes through one of two stacks: about half of the layers.
    return family.decoder ? whole / 2 : whole;
  });
  const frozenLayers = countFrozenLayers(trainable);
  const keptLayers = settings.cacheFrozen && settings.epochs > 1 ? frozenLayers : 0;
  const plan = planSteps(lengths, settings);
  const { packedFeedsOf } = rows;
  const packing = family.stack
    ? choosePacking(trainable, { lengths, packedFeedsOf }, settings, plan, keptLayers)
    : undefined;
  const isInt8 = settings.compute === "int8" &&
    eightBitAbove(trainable, keptLayers).chosen.size > 0;
  return forecast({
    config: { hiddenSize, numLayers: numLayers + numDecoderLayers },
    weights: modelWeights(model),
    trained: countOf(trainedTensors(model, adapter)),
    ownTrained: countOf(trainedWeights(model, adapter)),
    frozenLayers,
    cacheFrozen: settings.cacheFrozen,
    lengths,
    layoutOf: packing?.layoutOf,
    quantized: model.quantized,
    settings,
    // Time is not asked for.
    productRate: 1,
    ...(isInt8 ? { eightBitRate: 1 } : {}),
  }).bytes;
}

const shownAs: Readonly<Record<keyof TrialConstraints, (value: number) => string>> = {
  parameters: (value) => `${value.toLocaleString("en")} parameters`,
  bytes: (value) => `${megabytes(value)} of weights`,
  memory: (value) => `${megabytes(value)} of memory`,
  latency: (value) => `${Number(value.toPrecision(3))} ms for one row`,
};

function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toPrecision(4))} MB`;
}

/** Why a trial is not to be chosen, by what is known of it so far; nothing where it may be. */
export function brokenConstraint(
  constraints: TrialConstraints,
  known: Partial<Record<keyof TrialConstraints, number>>,
): string | undefined {
  for (const name of Object.keys(shownAs) as (keyof TrialConstraints)[]) {
    const [most, value] = [constraints[name], known[name]];
    if (most === undefined || value === undefined || value <= most) continue;
    return `${shownAs[name](value)}, more than ${shownAs[name](most)}`;
  }
  return undefined;
}

function countOf(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
