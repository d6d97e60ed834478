/**
 * The forward pass in evaluation mode as a program: what is evaluated is what is deployed.
 *
 * @module
 */
import { ops, type Program, type Tensor, tf } from "../engine/mod.ts";
import { batchInputs, batchOf, hiddenInputs } from "./batch_inputs.ts";
import { closed, type ClosingTokens } from "./closing_tokens.ts";
import { createNet, type NetOptions } from "./create_net.ts";
import type { EightBitLinears } from "./eight_bit_linears.ts";
import type { TextBatch } from "./family.ts";
import { countFrozenLayers } from "./frozen_layers.ts";
import { appliedHead, headFeatures, headResults } from "./head_results.ts";
import type { BelowHead } from "./below_head.ts";
import { attentionAt } from "./layer_attention.ts";
import { statesAfter } from "./layer_states.ts";
import { type Model, modelHead } from "./model.ts";
import type { Net } from "./net.ts";
import type { Objective } from "./objective.ts";
import { positionsAbove } from "./hidden_program.ts";
import { type TrainableModel, weightInputs } from "./trainable_model.ts";
import { keptWidth } from "./whole_features.ts";

/**
 * Feeds a batch and gives the outputs of the exported graph: `logits` unless the objective says
 * otherwise, [batch, outputs], or [batch, sequence, outputs] of heads that read tokens.
 */
export function forwardProgram(
  trainable: TrainableModel,
  { closing }: ForwardProgramOptions = {},
): Program {
  const { objective } = trainable;
  return programOf(trainable, (net, inputs) => {
    const batch = batchOf(inputs);
    const whole = shaped(trainable.model, headResults(net, trainable, inputs), batch);
    return objective.exported?.(whole, batch) ?? { logits: whole };
  }, { closing });
}

/** What else the exported graph does. */
export interface ForwardProgramOptions {
  /** Puts back the tokens that a reader cuts off at the end of a text that is too long. */
  readonly closing?: ClosingTokens | undefined;
}

/** How evaluation computes. */
export interface EvaluationOptions {
  /** The linear layers that compute in eight bits, as in a training; none unless given. */
  readonly eightBit?: EightBitLinears | undefined;
  /**
   * What of the layers below the head is given as well: hidden states behind the other numbers of each sequence, and
   * `attention`, [batch, sequence, layers · vectors · width], in the order that was asked; nothing unless given.
   */
  readonly below?: BelowHead | undefined;
  /** The batch is what the frozen layers gave (`hiddenProgram`) instead of token ids. */
  readonly fromHidden?: boolean | undefined;
}

/** Feeds a padded batch and gives `logits`: what evaluation asks of each sequence or token. */
export function evaluationProgram(
  trainable: TrainableModel,
  { eightBit, below, fromHidden }: EvaluationOptions = {},
): Program {
  const attention = below && below.attention.length > 0 ? attentionAt(below.attention) : undefined;
  const from = fromHidden ? { frozenLayers: countFrozenLayers(trainable) } : {};
  const outputsOf: OutputsOf = (net, inputs) => {
    const batch = batchOf(inputs);
    const { perRow } = trainable.objective;
    if (below) {
      const { afterLayer, all } = statesAfter(below.states);
      const wholeLast = below.attention.includes(trainable.model.config.numLayers);
      const results = headResults(net, trainable, inputs, { afterLayer, wholeLast });
      const given = [evaluatedResults(trainable, results, batch), ...all()];
      const [rows, sequence] = batch.mask.shape as [number, number];
      const vectors = attention?.all().flatMap((found) => below.vectors.map((name) => found[name]));
      return {
        logits: tf.concat(given, 1),
        ...(vectors
          ? { attention: tf.reshape(tf.concat(vectors, 1), [rows, sequence, widthOf(vectors)]) }
          : {}),
      };
    }
    if (modelHead(trainable.model).reads === "maps") {
      const maps = headResults(net, trainable, inputs, from);
      return { logits: evaluatedResults(trainable, maps, batch) };
    }
    const features = headFeatures(net, trainable, inputs, from);
    if (!perRow?.ofTokens) {
      const results = appliedHead(net, trainable, features);
      return { logits: evaluatedResults(trainable, results, batch) };
    }
    const { pieces, of } = perRow.ofTokens;
    const ofTokens = ops.rowsInPieces(
      (rows, places) => of(appliedHead(net, trainable, rows), places, batch),
      features,
      pieces,
    );
    return { logits: perRow.of(ofTokens, batch) };
  };
  return programOf(trainable, outputsOf, {
    eightBit,
    fromHidden,
    ...(attention ? { attends: attention.attends } : {}),
  });
}

function widthOf(vectors: readonly Tensor[]): number {
  return vectors.reduce((sum, { shape }) => sum + shape[1]!, 0);
}

/** What evaluation asks of a model, and no more of what it minimises. */
export type Evaluation = Pick<Objective, "head" | "per" | "outputs" | "pool" | "perRow">;

/** What evaluation reads of what the head gives for a padded batch. */
export function evaluatedResults(
  { model, objective: { perRow, pool } }: {
    readonly model: Model;
    readonly objective: Evaluation;
  },
  results: Tensor,
  batch: TextBatch,
): Tensor {
  const { ofTokens } = perRow ?? {};
  const read = ofTokens ? ofTokens.of(results, ops.countedRows(results), batch) : results;
  return perRow?.of(read, batch) ?? pool?.(results, batch) ?? shaped(model, results, batch);
}

/** Results of tokens in the shape of the batch. */
export function shaped(model: Model, results: Tensor, batch: TextBatch): Tensor {
  if (!model.family.stack || modelHead(model).reads !== "tokens") return results;
  const [rows, sequence] = (batch.decoder ?? batch).mask.shape as [number, number];
  return tf.reshape(results, [rows, sequence, results.shape[1]!]);
}

type OutputsOf = (
  net: Net,
  inputs: Readonly<Record<string, Tensor>>,
) => Record<string, Tensor>;

function programOf(
  trainable: TrainableModel,
  outputsOf: OutputsOf,
  { closing, eightBit, fromHidden, attends }:
    & ForwardProgramOptions
    & EvaluationOptions
    & Pick<NetOptions, "attends">,
): Program {
  const { model, adapter } = trainable;
  const weights = weightInputs(trainable, { eightBit });
  const batch = fromHidden
    ? hiddenInputs(keptWidth(model), positionsAbove(trainable, countFrozenLayers(trainable)))
    : batchInputs(model);
  return {
    name: "forward",
    inputs: { ...batch, ...weights.inputs },
    compute(fed) {
      const inputs = closing ? { ...fed, input_ids: closed(fed.input_ids, closing) } : fed;
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        eightBit: eightBit?.chosen,
        ...(attends ? { attends } : {}),
      });
      return outputsOf(net, inputs);
    },
  };
}
