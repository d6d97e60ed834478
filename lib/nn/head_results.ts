/**
 * What the head of an objective makes of a batch.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import { batchOf } from "./batch_inputs.ts";
import { decode } from "./decoder.ts";
import { encode, encodeMemory } from "./encoder.ts";
import type { AfterLayer } from "./layer_states.ts";
import type { Net } from "./net.ts";
import { headOf, rowHead } from "./task_head.ts";
import type { Model } from "./model.ts";
import type { Objective } from "./objective.ts";
import { wholeFeatures } from "./whole_features.ts";

/** Which part of the model runs, and for what. */
export interface HeadResultsOptions {
  /** Dropout does not act in so many of the lowest layers; 0 unless given. */
  readonly frozenLayers?: number;
  /** True while training, where an objective may read other positions (`readsBefore`). */
  readonly training?: boolean;
  /** True where the last layer computes all positions, although the head reads pooled ones alone. */
  readonly wholeLast?: boolean;
  /** Is told of each layer after it was run, of families that are one stack. */
  readonly afterLayer?: AfterLayer | undefined;
}

/** What a head is called with: the model, and the objective that names the head. */
export interface HeadCall {
  readonly model: Model;
  readonly objective: Pick<Objective, "head" | "readsBefore">;
}

/**
 * [batch, outputs] of a head that reads pooled features, one for each example; [tokens, outputs] of a
 * head that reads tokens, in the layout of the batch, packed or not, without a method's virtual tokens.
 * The tokens of an encoder-decoder are the decoder's, [batch · target, outputs]. A head that reads maps
 * gives one, [batch, outputs, height, width]; one that reads queries gives [batch, queries, outputs].
 */
export function headResults(
  net: Net,
  call: HeadCall,
  inputs: Readonly<Record<string, Tensor>>,
  options: HeadResultsOptions = {},
): Tensor {
  const { family, config } = call.model;
  const head = headOf(family, call.objective.head.name);
  if (head.reads !== "maps") {
    return head.forward(net, config, headFeatures(net, call, inputs, options));
  }
  const still = options.frozenLayers ? net.withoutDropout() : net;
  return head.forward(net, config, wholeFeatures(still, call.model, inputs));
}

/** What the head makes of rows of features. */
export function appliedHead(net: Net, { model, objective }: HeadCall, features: Tensor): Tensor {
  return rowHead(headOf(model.family, objective.head.name)).forward(net, model.config, features);
}

/** What the head reads: [batch, hiddenSize] pooled, [tokens, hiddenSize] or [batch, queries, hiddenSize]. */
export function headFeatures(
  net: Net,
  { model, objective }: HeadCall,
  inputs: Readonly<Record<string, Tensor>>,
  { frozenLayers = 0, training = false, wholeLast, afterLayer }: HeadResultsOptions = {},
): Tensor {
  const { family, config } = model;
  const { reads } = rowHead(headOf(family, objective.head.name));
  if (!family.stack) {
    const still = frozenLayers > 0 ? net.withoutDropout() : net;
    return wholeFeatures(still, model, inputs)[0];
  }
  const batch = batchOf(inputs);
  if (family.decoder) {
    const hidden = decode(net, model, batch.decoder!, encodeMemory(net, model, batch));
    return tf.reshape(hidden, [-1, config.hiddenSize]);
  }
  if (reads === "pooled") {
    const asked = { positions: "pooled", frozenLayers, wholeLast, afterLayer } as const;
    return tf.squeeze(encode(net, model, batch, asked), [1]);
  }
  const hidden = encode(net, model, batch, { frozenLayers, afterLayer });
  if (reads === "queries") return queriesOf(model, hidden);
  const back = training && objective.readsBefore ? 1 : 0;
  // An image's tokens are all its own: no method puts others before them.
  return ownTokens(hidden, batch.mask?.shape[1] ?? hidden.shape[1]!, back);
}

function queriesOf({ family, config }: Model, hidden: Tensor): Tensor {
  const queries = family.stack?.queries?.(config, hidden);
  if (queries) return queries;
  throw new TunebookError(
    "unsupported",
    `${family.modelType} models give no queries, which the head reads`,
  );
}

/**
 * The sequence's own positions without what a method put before them, or with `back` 1 the positions
 * before those, the first of which is a virtual token's. [batch, sequence, hiddenSize] →
 * [tokens, hiddenSize]
 */
function ownTokens(hidden: Tensor, length: number, back: 0 | 1): Tensor {
  const [rows, sequence, hiddenSize] = hidden.shape as [number, number, number];
  const added = sequence - length;
  if (added < back) {
    throw new TunebookError(
      "input",
      "afterVirtualTokens is true, but the method puts no virtual tokens before the texts",
    );
  }
  const own = added === 0
    ? hidden
    : tf.slice(hidden, [0, added - back, 0], [rows, length, hiddenSize]);
  return tf.reshape(own, [-1, hiddenSize]);
}
