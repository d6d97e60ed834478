/**
 * Runs the decoder of an encoder-decoder.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { decoderOf, type Encoder } from "./encoder.ts";
import type { DecoderBatch } from "./family.ts";
import type { Memory, Net } from "./net.ts";
import { positionIds } from "./pooled_positions.ts";

/** Hidden states after the decoder's layers: [batch, target, hiddenSize]. */
export function decode(
  net: Net,
  { family, config }: Encoder,
  batch: DecoderBatch,
  memory: Memory,
): Tensor {
  const stack = decoderOf(family);
  const { x: start, mask } = stack.embed(net, config, batch);
  let x = start;
  for (let layer = 0; layer < config.numDecoderLayers!; layer++) {
    x = net.checkpointed(x, mask, (net, x, mask, memory) => {
      // Made anew for each layer, from what a recomputed part is given; a compiler merges them.
      const keys = positionIds(net, mask, undefined, "decoder");
      const positions = { keys, queries: keys };
      return stack.block(net, config, { x, mask, positions, memory: memory! }, layer);
    }, memory);
  }
  x = stack.finish?.(net, config, x) ?? x;
  return tf.reshape(x, [...mask.shape, config.hiddenSize]);
}
