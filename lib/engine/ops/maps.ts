/**
 * Numbers of channels beside maps.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** A number for each channel, [channels], as [1, channels, 1, 1]. */
export const alongChannels = (x: Tensor): Tensor => tf.reshape(x, [1, -1, 1, 1]);

/** The sum of each channel over all maps, [channels]. */
export const sumByChannel = (x: Tensor): Tensor => tf.sum(x, [0, 2, 3]);

/** The mean of each channel over all maps, [channels]. */
export const meanByChannel = (x: Tensor): Tensor => tf.mean(x, [0, 2, 3]);
