/**
 * Numbers of channels beside maps.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** A number for each channel, [channels], as [1, channels, 1, 1]. */
export const alongChannels = (x: Tensor): Tensor => tf.reshape(x, [1, -1, 1, 1]);

/** The sum of each channel over all maps, [channels]; in two steps, each of which reads what lies together. */
export const sumByChannel = (x: Tensor): Tensor => tf.sum(tf.sum(x, [2, 3]), 0);

/** The mean of each channel over all maps, [channels]. */
export const meanByChannel = (x: Tensor): Tensor => tf.mean(x, [0, 2, 3]);

/** x · factor + shift with numbers of each channel, [channels], in one pass where the device can; no gradient. */
export function channelAffine(x: Tensor, factor: Tensor, shift: Tensor): Tensor {
  return singleNode("ChannelAffine", { x, factor, shift }, {}, () => [
    tf.add(tf.mul(x, alongChannels(factor)), alongChannels(shift)),
  ])[0];
}
