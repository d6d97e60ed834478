/**
 * Runs a model's layers one after the other.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { Architecture, Hidden, TextBatch, TextConfig } from "./architecture.ts";
import { firstOfEachRow, type Net } from "./net.ts";

/** A family with its sizes. */
export interface Encoder {
  readonly architecture: Architecture;
  readonly config: TextConfig;
}

/** Which part of the layers to run, and for which positions. */
export interface EncodeOptions {
  /** Only the first position of each row; the last layer then computes no other. */
  readonly positions?: "all" | "first";
  /** How many of the lowest layers take no part in training: dropout does not act in them. */
  readonly frozenLayers?: number;
  /** Stops before this layer; all unless given. */
  readonly until?: number;
}

/**
 * Hidden states after the layers: [batch, sequence, width], or [batch, 1, width] for the first
 * position. A batch with `hidden` starts above the frozen layers that gave it.
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
  const [rows, sequence] = mask.shape as [number, number];
  let { x } = start;
  let count = batch.hidden ? batch.hidden.shape[1]! : sequence;
  for (let layer = batch.hidden ? frozenLayers : 0; layer < until; layer++) {
    const onlyFirst = positions === "first" && layer === config.layers - 1;
    if (onlyFirst) count = 1;
    x = (layer < frozenLayers ? still : net).part(x, mask, (net, x, mask) => {
      const asked = onlyFirst ? firstOfEachRow(x, mask) : x;
      return architecture.block(net, config, { x, mask }, layer, asked);
    });
  }
  return tf.reshape(x, [rows, count, width]);
}
