/**
 * Runs a model's layers one after the other.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { Architecture, Hidden, Packing, TextBatch, TextConfig } from "./architecture.ts";
import { firstOfEachRow, type Net, slotNumbers } from "./net.ts";

/** A family with its sizes. */
export interface Encoder {
  readonly architecture: Architecture;
  readonly config: TextConfig;
}

/** Which part of the layers to run, and for which positions. */
export interface EncodeOptions {
  /** Only the first position of each example; the last layer then computes no other. */
  readonly positions?: "all" | "first";
  /** How many of the lowest layers take no part in training: dropout does not act in them. */
  readonly frozenLayers?: number;
  /** Stops before this layer; all unless given. */
  readonly until?: number;
}

/**
 * Hidden states after the layers: [batch, sequence, width], or [examples, 1, width] for the first
 * position. Packed rows stay packed, unless only first positions are asked. A batch with `hidden`
 * starts above the frozen layers that gave it.
 */
export function encode(
  net: Net,
  { architecture, config }: Encoder,
  batch: TextBatch,
  { positions = "all", frozenLayers = 0, until = config.layers }: EncodeOptions = {},
): Tensor {
  const still = net.withoutDropout();
  const { width } = config;
  const start: Hidden = batch.hidden
    ? { x: tf.reshape(batch.hidden, [-1, width]), mask: batch.mask }
    : architecture.embed(frozenLayers > 0 ? still : net, config, batch);
  const { mask } = start;
  const { packing } = batch;
  const [rows, sequence] = mask.shape as [number, number];
  let { x } = start;
  const count = batch.hidden ? batch.hidden.shape[1]! : sequence;
  for (let layer = batch.hidden ? frozenLayers : 0; layer < until; layer++) {
    const onlyFirst = positions === "first" && layer === config.layers - 1;
    x = (layer < frozenLayers ? still : net).part(x, mask, (net, x, mask) => {
      const run = (asked: Tensor, queryMask: Tensor | undefined) =>
        architecture.block(net, config, { x, mask, queryMask }, layer, asked);
      if (!onlyFirst) return run(x, packing && mask);
      if (packing) return firstOfEachExample(run, x, packing);
      return run(firstOfEachRow(x, mask), undefined);
    });
    if (onlyFirst) return tf.reshape(x, [packing ? packing.slots.shape[0]! : rows, 1, width]);
  }
  return tf.reshape(x, [rows, count, width]);
}

/**
 * As many queries in each row as the fullest one has examples; those that are nobody's are dropped:
 * [examples, width].
 */
function firstOfEachExample(
  run: (asked: Tensor, queryMask: Tensor) => Tensor,
  x: Tensor,
  { firsts, slots }: Packing,
): Tensor {
  const given = run(tf.gather(x, tf.reshape(firsts, [-1])), slotNumbers(firsts));
  return tf.gather(given, slots);
}
