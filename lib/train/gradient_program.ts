/**
 * The forward and backward pass of one batch as a program.
 *
 * @module
 */
import {
  batchInputs,
  batchOf,
  hiddenInputs,
  laidOutInRows,
  packedInputs,
} from "../nn/batch_inputs.ts";
import {
  type InputSpec,
  ops,
  type Program,
  slotPath,
  type StateTensor,
  type Tensor,
  tf,
  valueAndGradients,
} from "../engine/mod.ts";
import { gridInputs, gridOf } from "../nn/attention_grid.ts";
import { createNet } from "../nn/create_net.ts";
import { eightBitLinears, type EightBitRule } from "../nn/eight_bit_linears.ts";
import { countFrozenLayers } from "../nn/frozen_layers.ts";
import { appliedHead, headFeatures, headResults } from "../nn/head_results.ts";
import { positionsAbove } from "../nn/hidden_program.ts";
import { attentionAt } from "../nn/layer_attention.ts";
import { type AfterLayer, statesAfter } from "../nn/layer_states.ts";
import type { Net } from "../nn/net.ts";
import type { Tell } from "../nn/objective.ts";
import { keptWidth } from "../nn/whole_features.ts";
import { FoundStatistics } from "./found_statistics.ts";
import { squaresByGroup } from "./gradient_squares.ts";
import { lossParameters, withLossParameters } from "./loss_parameters.ts";
import { lossScaleInput } from "./loss_scaling.ts";
import { piecewiseLoss } from "./piecewise_loss.ts";
import { tokenSums } from "./token_sums.ts";
import { ToldResults } from "./told_results.ts";
import { type TrainableModel, type WeightInputs, weightInputs } from "../nn/trainable_model.ts";
import {
  embeddingRowsOf,
  frozenRowInputs,
  frozenRowsName,
  wordRowIndex,
  wordRowInput,
  type WordRows,
} from "../nn/word_rows.ts";

/** The state's vector where a gradient program leaves its result. */
export const gradients = "gradients";

/** The feed that says which share of a step's penalty a micro-batch bears, so that they add up to it. */
export const penaltyShare = "penaltyShare";

/** How gradients are computed. */
export interface GradientOptions {
  /** The batch is what the frozen layers gave (`hiddenProgram`) instead of token ids. */
  readonly fromHidden?: boolean;
  /**
   * A row may hold several examples: loss and gradients are the same but for dropout, whose noise
   * follows the layout.
   */
  readonly packed?: boolean;
  /** Sequences share tokens that stand in a packed row once (`packed` is true as well). */
  readonly sharesTokens?: boolean | undefined;
  /** Each layer keeps only its input and is computed a second time in the backward pass. */
  readonly gradientCheckpointing?: boolean;
  /** About how many tokens a batch has, by which a method may choose its way of computing. */
  readonly tokens?: number | undefined;
  /** The tokens of the longest row, by which attention is cut; not known unless given. */
  readonly longest?: number | undefined;
  /** The state's tensors, where the program also sums their gradients' squares (`foundSquares`). */
  readonly summed?: readonly StateTensor[] | undefined;
  /** The loss is multiplied by a feed, `lossScaleInput`, before gradients are taken, and so are they. */
  readonly scalesLoss?: boolean;
  /** The rows of the word table that the state holds; all unless given. */
  readonly words?: WordRows | undefined;
  /** The rows of a frozen word table that the program reads; all unless given. */
  readonly frozenWords?: WordRows | undefined;
  /**
   * In which numbers linear layers are computed (`eightBitLinears` says which): float32 unless given.
   * Gradients of what is trained are in float32 either way.
   */
  readonly compute?: "float32" | "int8" | undefined;
  /** Which layers are computed in int8 where that is asked for. */
  readonly eightBit?: EightBitRule | undefined;
  /** The model computes as in evaluation: no dropout, and batch norms by their running statistics. */
  readonly isStill?: boolean;
}

/** Feeds a batch, gives the loss, and leaves the gradients in the state. */
export function gradientProgram(
  trainable: TrainableModel,
  options: GradientOptions = {},
): Program {
  const { model, adapter, objective } = trainable;
  const { packed = false, gradientCheckpointing = false, scalesLoss = false, summed = [] } =
    options;
  const { inputs, weights, netOf, lossOf, rounding } = trainingForward(trainable, options);
  const own = (inputs: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(
      lossParameters(trainable).map(({ name }) => [name, inputs[weights.names.get(name)!]]),
    );
  return {
    name: "gradients",
    ...rounding,
    inputs: {
      ...inputs,
      ...(packed ? laidOutInRows(objective.feeds) : objective.feeds),
      ...(adapter.penalty ? { [penaltyShare]: { role: "feed", type: "float32", shape: [] } } : {}),
      ...(scalesLoss ? { [lossScaleInput]: { role: "feed", type: "float32", shape: [] } } : {}),
    },
    compute(inputs) {
      const statistics = new FoundStatistics(model);
      const net = netOf(inputs, gradientCheckpointing, statistics);
      const told = new ToldResults();
      const penalised = () => {
        const loss = lossOf(net, { ...inputs, ...own(inputs) }, told.tell);
        if (!adapter.penalty) return loss;
        return tf.add(loss, tf.mul(adapter.penalty(net), inputs[penaltyShare]));
      };
      let unscaled: Tensor | undefined;
      const { value, gradients: found } = valueAndGradients(
        () => {
          unscaled = penalised();
          return scalesLoss ? tf.mul(unscaled, inputs[lossScaleInput]) : unscaled;
        },
        Object.fromEntries(weights.trained.map((path) => [path, inputs[weights.names.get(path)!]])),
      );
      const results: Record<string, Tensor> = { loss: scalesLoss ? unscaled! : value };
      for (const [path, gradient] of Object.entries(found)) {
        results[slotPath(gradients, path)] = gradient;
      }
      const read = (path: string) => inputs[weights.names.get(path)!];
      return {
        ...results,
        ...squaresByGroup(found, summed),
        ...statistics.moved(read),
        ...told.results(),
      };
    },
  };
}

/** Feeds a batch as `gradientProgram` does and gives what the loss reads, `outputs` [batch, outputs]. */
export function trainingOutputsProgram(
  trainable: TrainableModel,
  options: GradientOptions = {},
): Program {
  const { inputs, netOf, outputsOf, rounding } = trainingForward(trainable, options);
  return {
    name: "training outputs",
    ...rounding,
    inputs,
    compute: (inputs) => ({ outputs: outputsOf(netOf(inputs), inputs) }),
  };
}

/** What programs of a training batch have in common: their inputs, and the forward pass. */
function trainingForward(
  trainable: TrainableModel,
  {
    fromHidden = false,
    packed = false,
    sharesTokens = false,
    tokens,
    longest,
    words,
    frozenWords,
    isStill = false,
    ...options
  }: GradientOptions,
) {
  const { model, adapter, objective } = trainable;
  const eightBit = options.compute === "int8"
    ? eightBitLinears(trainable, options.eightBit)
    : undefined;
  const weights = withLossParameters(weightInputs(trainable, { eightBit }), trainable);
  const frozenLayers = countFrozenLayers(trainable);
  const batch = fromHidden
    ? hiddenInputs(keptWidth(model), positionsAbove(trainable, frozenLayers))
    : batchInputs(model);
  type Tensors = Readonly<Record<string, Tensor>>;
  const trainedOf = (inputs: Tensors) =>
    weights.trained.map((path) => inputs[weights.names.get(path)!]);
  const ofTokens = (net: Net, inputs: Tensors, fed: readonly string[]) => ({
    feeds: Object.fromEntries(fed.map((name) => [name, inputs[name]])),
    features: headFeatures(net, trainable, inputs, { frozenLayers, training: true }),
    trained: trainedOf(inputs),
    head: (rows: Tensor) => appliedHead(net, trainable, rows),
  });
  const { layerAttention } = objective;
  const attention = layerAttention && attentionAt(layerAttention.layers);
  const wholeLast = layerAttention?.layers.includes(model.config.numLayers) ?? false;
  const outputsOf = (net: Net, inputs: Tensors, afterLayer?: AfterLayer): Tensor => {
    const { sums } = objective;
    if (sums) return tokenSums(sums, ofTokens(net, inputs, Object.keys(sums.feeds)));
    const how = { frozenLayers, training: true, wholeLast, afterLayer };
    const found = headResults(net, trainable, inputs, how);
    return objective.pool?.(found, batchOf(inputs)) ?? found;
  };
  const inputs: Record<string, InputSpec> = {
    ...(sharesTokens ? gridInputs(batch) : packed ? packedInputs(batch) : batch),
    ...objective.sums?.feeds,
    ...(isStill ? {} : { noise: { role: "feed", type: "float32", shape: [ops.noiseSize] } }),
    ...weights.inputs,
    ...(words ? heldRows(weights, words) : {}),
    ...(frozenWords ? frozenRowInputs(frozenWords, weights.inputs[frozenWords.path].shape) : {}),
  };
  return {
    inputs,
    weights,
    rounding: eightBit ? { roundsMatrices: true } : {},
    netOf: (
      inputs: Tensors,
      gradientCheckpointing = false,
      statistics = new FoundStatistics(model),
    ) =>
      createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        eightBit: eightBit?.chosen,
        ...(attention ? { attends: attention.attends } : {}),
        ...(isStill ? {} : { noise: inputs.noise }),
        ...(weights.movingNorms.size > 0 && !isStill
          ? { batchStatistics: statistics.from(weights.movingNorms) }
          : {}),
        places: (table, ids) =>
          table === (words ?? frozenWords)?.path ? embeddingRowsOf(inputs[wordRowIndex], ids) : ids,
        rowsOf: (table) =>
          frozenWords?.path === table ? inputs[frozenRowsName(frozenWords)] : undefined,
        ...(tokens === undefined ? {} : { tokens }),
        ...(longest === undefined ? {} : { longest }),
        ...(sharesTokens ? { grid: gridOf(inputs) } : {}),
        ...(gradientCheckpointing ? { recomputeFor: new Set(weights.trained) } : {}),
      }),
    outputsOf,
    lossOf(net: Net, inputs: Tensors, tell: Tell): Tensor {
      const { piecewise, layerStates } = objective;
      if (layerStates || attention) {
        const { afterLayer, all } = statesAfter(layerStates?.layers ?? []);
        const loss = objective.loss(outputsOf(net, inputs, afterLayer), inputs);
        const near = layerStates ? tf.add(loss, layerStates.loss(all(), inputs)) : loss;
        return attention ? tf.add(near, layerAttention!.loss(attention.all(), inputs)) : near;
      }
      if (!piecewise) return objective.loss(outputsOf(net, inputs), inputs);
      const own = lossParameters(trainable).map(({ name }) => name);
      const fed = [...Object.keys(objective.feeds), ...own];
      return piecewiseLoss(piecewise, { ...ofTokens(net, inputs, fed), tell });
    },
  };
}

/** The inputs of a table of which only some rows are held. */
function heldRows({ inputs, names }: WeightInputs, words: WordRows): Record<string, InputSpec> {
  const table = names.get(words.path)!;
  const { shape } = inputs[table];
  return {
    [table]: { ...inputs[table], shape: [words.ids.length, ...shape.slice(1)] },
    ...wordRowInput(words),
  };
}
