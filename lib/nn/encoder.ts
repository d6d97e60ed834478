/**
 * Runs a model's layers one after the other.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { TunebookError } from "../core/errors.ts";
import type {
  DecoderStack,
  Family,
  Hidden,
  LayerInput,
  ModelConfig,
  Packing,
  Stack,
  TextBatch,
} from "./family.ts";
import type { AfterLayer } from "./layer_states.ts";
import type { Memory, Net } from "./net.ts";
import { askedInput, pooledPositions, positionIds, textPositions } from "./pooled_positions.ts";

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

/** The decoder of a family; an error of kind "unsupported" where there is none. */
export function decoderOf(
  { modelType, decoder }: Pick<Family, "modelType" | "decoder">,
): DecoderStack<
  ModelConfig
> {
  if (decoder) return decoder;
  throw new TunebookError("unsupported", `${modelType} models have no decoder beside an encoder`);
}

/** Which part of the layers to run, and for which positions. */
export interface EncodeOptions {
  /** Only the pooled token of each example; the last layer then computes no other position. */
  readonly positions?: "all" | "pooled";
  /** How many of the lowest layers take no part in training: dropout does not act in them. */
  readonly frozenLayers?: number;
  /** Stops before this layer, and before `finish` even after the last one; all unless given. */
  readonly until?: number;
  /** True where the last layer computes all positions, and the pooled ones are taken of what it gives. */
  readonly wholeLast?: boolean | undefined;
  /** Is told of each layer after it was run. */
  readonly afterLayer?: AfterLayer | undefined;
}

/**
 * Hidden states after the layers: [batch, sequence, hiddenSize], or [examples, 1, hiddenSize] of
 * the pooled token. Packed rows stay packed, unless only pooled tokens are asked. A batch with
 * `hidden` starts above the frozen layers that gave it.
 */
export function encode(
  net: Net,
  encoder: Encoder,
  batch: TextBatch,
  options: EncodeOptions = {},
): Tensor {
  const { x, examples, count } = encoded(net, encoder, batch, options);
  return tf.reshape(x, [examples, count, encoder.config.hiddenSize]);
}

/** The finished hidden states of an encoder as its decoder reads them. */
export function encodeMemory(net: Net, encoder: Encoder, batch: TextBatch): Memory {
  const { x, mask } = encoded(net, encoder, batch, {});
  return { x, mask };
}

function encoded(
  net: Net,
  { family, config }: Encoder,
  batch: TextBatch,
  { positions = "all", frozenLayers = 0, until, wholeLast = false, afterLayer }: EncodeOptions,
): Hidden & { readonly examples: number; readonly count: number } {
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
    const endsPooled = positions === "pooled" && layer === config.numLayers - 1;
    const onlyPooled = endsPooled && !wholeLast;
    x = (layer < frozenLayers ? still : net).checkpointed(x, mask, (net, x, mask) => {
      // Made anew for each layer, from what a recomputed part is given; a compiler merges them.
      const input = layerInput(net, family, { x, mask }, packing);
      if (!onlyPooled) return stack.block(net, config, input, layer, x);
      const asked = pooledPositions(mask, packing, stack.pooling ?? "first");
      return stack.block(net, config, askedInput(input, asked), layer, asked.take(x));
    });
    const now = x;
    afterLayer?.(layer + 1, () => {
      const asked = pooledPositions(mask, packing, stack.pooling ?? "first");
      const pooled = onlyPooled ? now : asked.take(now);
      return packing ? tf.gather(pooled, packing.exampleIndex) : pooled;
    });
    if (!endsPooled) continue;
    if (!onlyPooled) x = pooledPositions(mask, packing, stack.pooling ?? "first").take(x);
    if (packing) x = tf.gather(x, packing.exampleIndex);
    [examples, count] = [packing ? packing.exampleIndex.shape[0]! : examples, 1];
  }
  if (until === undefined) x = stack.finish?.(net, config, x) ?? x;
  return { x, mask, examples, count };
}

function layerInput(
  net: Net,
  { stack, decoder }: Family,
  { x, mask }: Hidden,
  packing: Packing | undefined,
): LayerInput {
  const input = { x, mask, queryMask: packing && mask };
  if (!stack?.causal && !stack?.readsPositions) return input;
  const keys = positionIds(net, mask, packing, decoder ? "encoder" : undefined);
  return { ...input, positions: textPositions(keys, mask, packing) };
}
