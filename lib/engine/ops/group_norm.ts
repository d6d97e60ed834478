/**
 * Group normalisation (Wu and He, arXiv 1803.08494).
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Tensor, tf } from "../tf.ts";
import { alongChannels, channelAffine, sumByChannel } from "./maps.ts";
import { singleNode } from "./single_node.ts";
import { withGradients } from "./with_gradients.ts";

/** How channels are normalised. */
export interface GroupNormOptions {
  /** Groups of neighbouring channels; each has one mean and one variance a map. */
  readonly groups: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Normalises each group of channels of each map to mean 0 and variance 1, then scales and shifts each channel.
 *
 * @param x [batch, channels, height, width]; each size but `channels` may be open
 * @param scale [channels]
 * @param offset [channels]
 * @returns [batch, channels, height, width]
 * @throws TunebookError of kind "input" where the groups do not divide the channels
 */
export function groupNorm(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  { groups, epsilon }: GroupNormOptions,
): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  if (x.rank !== 4 || !(groups >= 1) || channels % groups !== 0) {
    throw new TunebookError("input", `groupNorm: ${groups} groups do not divide maps [${x.shape}]`);
  }
  const grouped = (x: Tensor) => tf.reshape(x, [n, groups, channels / groups * height * width]);
  const ungrouped = (x: Tensor) => tf.reshape(x, [n, channels, height, width]);
  const normal = (x: Tensor) => {
    const centred = tf.sub(x, tf.mean(x, 2, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 2, true), epsilon));
    return { normal: tf.mul(centred, inverse), inverse };
  };
  return withGradients(
    [x, scale, offset],
    () => {
      const [y] = singleNode("InstanceNormalization", { x: grouped(x) }, { epsilon }, () => [
        normal(grouped(x)).normal,
      ]);
      return { value: channelAffine(ungrouped(y), scale, offset) };
    },
    (dy, [x, scale]) => [
      () => {
        const { normal: y, inverse } = normal(grouped(x));
        const by = grouped(tf.mul(dy, alongChannels(scale)));
        const moved = tf.sub(by, tf.mean(by, 2, true));
        const shared = tf.mul(y, tf.mean(tf.mul(by, y), 2, true));
        return ungrouped(tf.mul(tf.sub(moved, shared), inverse));
      },
      () => sumByChannel(tf.mul(dy, ungrouped(normal(grouped(x)).normal))),
      () => sumByChannel(dy),
    ],
  );
}
