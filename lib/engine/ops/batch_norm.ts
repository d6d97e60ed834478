/**
 * Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167): by statistics that are given, or by those of the
 * batch.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { alongChannels, meanByChannel, sumByChannel } from "./maps.ts";
import { singleNode } from "./single_node.ts";
import { severalWithGradients, withGradients } from "./with_gradients.ts";

/** What a batch normalisation knows of each channel, [channels] each. */
export interface BatchNormTensors {
  readonly scale: Tensor;
  readonly offset: Tensor;
  /** The mean that is taken away; it takes no gradient. */
  readonly mean: Tensor;
  /** The variance that is divided by; it takes no gradient. */
  readonly variance: Tensor;
}

/**
 * (x − mean) / √(variance + ε) · scale + offset, with statistics from elsewhere: as PyTorch's `batch_norm`
 * outside of training. After a convolution whose weight is frozen too, the runtime makes both one node.
 *
 * @param x [batch, channels, height, width]; each size but `channels` may be open
 * @returns [batch, channels, height, width]
 */
export function frozenBatchNorm(
  x: Tensor,
  { scale, offset, mean, variance }: BatchNormTensors,
  epsilon: number,
): Tensor {
  const inverseOf = (variance: Tensor) => tf.rsqrt(tf.add(variance, epsilon));
  return withGradients(
    [x, scale, offset, mean, variance],
    () => {
      const inputs = { x, scale, offset, mean, variance };
      const [value] = singleNode("BatchNormalization", inputs, { epsilon }, () => {
        const factor = tf.mul(scale, inverseOf(variance));
        const shift = tf.sub(offset, tf.mul(mean, factor));
        return [tf.add(tf.mul(x, alongChannels(factor)), alongChannels(shift))];
      });
      return { value };
    },
    (dy, [x, scale, , mean, variance]) => [
      () => tf.mul(dy, alongChannels(tf.mul(scale, inverseOf(variance)))),
      () => {
        const centred = tf.sub(x, alongChannels(mean));
        return tf.mul(sumByChannel(tf.mul(dy, centred)), inverseOf(variance));
      },
      () => sumByChannel(dy),
      () => tf.zerosLike(mean),
      () => tf.zerosLike(variance),
    ],
  );
}

/** What a batch has told of itself. */
export interface BatchNormResult {
  /** [batch, channels, height, width] */
  readonly value: Tensor;
  /** The mean of each channel, [channels]. */
  readonly mean: Tensor;
  /** The variance of each channel, [channels], as it is estimated for other maps: Σ(x − mean)² / (count − 1). */
  readonly variance: Tensor;
}

/**
 * (x − mean) / √(variance + ε) · scale + offset with the batch's own mean and variance, through which the
 * gradient goes too: as PyTorch's `batch_norm` in training. The statistics come back for a running mean.
 *
 * @param x [batch, channels, height, width] with more than one number of each channel; each size but
 * `channels` may be open
 * @param scale [channels]
 * @param offset [channels]
 */
export function batchNorm(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  epsilon: number,
): BatchNormResult {
  const [value, mean, variance] = severalWithGradients(
    [x, scale, offset],
    () => {
      const mean = meanByChannel(x);
      const centred = tf.sub(x, alongChannels(mean));
      const variance = meanByChannel(tf.square(centred));
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      const scaled = tf.mul(centred, alongChannels(tf.mul(inverse, scale)));
      const count = countOf(x);
      const estimate = tf.mul(variance, tf.div(count, tf.sub(count, 1)));
      return {
        value: tf.add(scaled, alongChannels(offset)),
        beside: [mean, estimate],
        kept: [centred, inverse],
      };
    },
    (dy, [x, scale], [centred, inverse]) => {
      const normal = () => tf.mul(centred, alongChannels(inverse));
      const byScale = () => sumByChannel(tf.mul(dy, normal()));
      return [
        () => {
          const count = countOf(x);
          const moved = tf.sub(dy, alongChannels(tf.div(sumByChannel(dy), count)));
          const shared = tf.mul(normal(), alongChannels(tf.div(byScale(), count)));
          return tf.mul(tf.sub(moved, shared), alongChannels(tf.mul(inverse, scale)));
        },
        byScale,
        () => sumByChannel(dy),
      ];
    },
  );
  return { value, mean, variance };
}

/** How many numbers each channel has, counted where the sizes are known. */
function countOf(x: Tensor): Tensor {
  const [n, , height, width] = x.shape as [number, number, number, number];
  return tf.sum(tf.fill([n, 1, height, width], 1));
}
