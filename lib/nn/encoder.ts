/**
 * Runs a model's layers one after the other.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { TunebookError } from "../core/errors.ts";
import type {
  Family,
  Hidden,
  LayerInput,
  ModelConfig,
  Packing,
  Stack,
  TextBatch,
} from "./family.ts";
import type { Net } from "./net.ts";
import { askedInput, pooledPositions, positionIds } from "./pooled_positions.ts";

/** A family with its sizes. */
export interface Encoder {
  readonly family: Family;
  readonly config: ModelConfig;
}

/** The stack of a family, for what works on nothing else. */
export function stackOf({ modelType, stack }: Pick<Family, "modelType" | "stack">): Stack<
  ModelConfig
> {
  if (stack) return stack;
  throw new TunebookError("unsupported", `${modelType} models are no stack of blocks over tokens`);
}

/** Which part of the layers to run, and for which positions. */
export interface EncodeOptions {
  /** Only the pooled token of each example; the last layer then computes no other position. */
  readonly positions?: "all" | "pooled";
  /** How many of the lowest layers take no part in training: dropout does not act in them. */
  readonly frozenLayers?: number;
  /** Stops before this layer, and before `finish` even after the last one; all unless given. */
  readonly until?: number;
}

/**
 * Hidden states after the layers: [batch, sequence, hiddenSize], or [examples, 1, hiddenSize] of
 * the pooled token. Packed rows stay packed, unless only pooled tokens are asked. A batch with
 * `hidden` starts above the frozen layers that gave it.
 */
export function encode(
  net: Net,
  { family, config }: Encoder,
  batch: TextBatch,
  { positions = "all", frozenLayers = 0, until }: EncodeOptions = {},
): Tensor {
  const still = net.withoutDropout();
  const stack = stackOf(family);
  const { hiddenSize } = config;
  const { packing } = batch;
  const start: Hidden = batch.hidden
    ? { x: tf.reshape(batch.hidden, [-1, hiddenSize]), mask: batch.mask }
    : stack.embed(frozenLayers > 0 ? still : net, config, batch);
  const { mask } = start;
  let { x } = start;
  let [examples, count] = mask.shape as [number, number];
  if (batch.hidden) count = batch.hidden.shape[1]!;
  const end = until ?? config.numLayers;
  for (let layer = batch.hidden ? frozenLayers : 0; layer < end; layer++) {
    const onlyPooled = positions === "pooled" && layer === config.numLayers - 1;
    x = (layer < frozenLayers ? still : net).checkpointed(x, mask, (net, x, mask) => {
      // Made anew for each layer, from what a recomputed part is given; a compiler merges them.
      const input = layerInput(net, stack, { x, mask }, packing);
      if (!onlyPooled) return stack.block(net, config, input, layer, x);
      const asked = pooledPositions(mask, packing, stack.pooling ?? "first");
      return stack.block(net, config, askedInput(input, asked), layer, asked.take(x));
    });
    if (!onlyPooled) continue;
    if (packing) x = tf.gather(x, packing.exampleIndex);
    [examples, count] = [packing ? packing.exampleIndex.shape[0]! : examples, 1];
  }
  if (until === undefined) x = stack.finish?.(net, config, x) ?? x;
  return tf.reshape(x, [examples, count, hiddenSize]);
}

function layerInput(
  net: Net,
  { causal }: Stack<ModelConfig>,
  { x, mask }: Hidden,
  packing: Packing | undefined,
): LayerInput {
  const input = { x, mask, queryMask: packing && mask };
  if (!causal) return input;
  const keys = positionIds(net, mask, packing);
  return { ...input, positions: { keys, queries: keys } };
}
