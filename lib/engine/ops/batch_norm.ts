/**
 * Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167): by statistics that are given, or by those of the
 * batch.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Tensor, tf } from "../tf.ts";
import { alongChannels, channelAffine, meanByChannel, sumByChannel } from "./maps.ts";
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
        return [channelAffine(x, factor, shift)];
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
  if (x.size === x.shape[1]) {
    throw new TunebookError(
      "input",
      `batchNorm: maps [${x.shape}] have one number for each channel, which has no variance`,
    );
  }
  const [value, mean, variance] = severalWithGradients(
    [x, scale, offset],
    () => {
      const inputs = { x, scale, offset };
      const [value, mean, variance] = singleNode(
        "BatchNormalizationTraining",
        inputs,
        {
          epsilon,
        },
        () => composed(x, scale, offset, epsilon),
        { needs: "processor" },
      );
      const count = countOf(x);
      const estimate = tf.mul(variance, tf.div(count, tf.sub(count, 1)));
      return { value, beside: [mean, estimate], kept: [mean, variance] };
    },
    (dy, [x, scale], [mean, variance]) => {
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      const centred = () => tf.sub(x, alongChannels(mean));
      const dot = () => sumByChannel(tf.mul(dy, centred()));
      return [
        () => {
          // scale · inverse · (dy − mean(dy) − normal · mean(dy · normal)), as two maps of each channel's numbers
          const count = countOf(x);
          const factor = tf.mul(scale, inverse);
          const shift = tf.neg(tf.mul(factor, tf.div(sumByChannel(dy), count)));
          const share = tf.mul(tf.mul(factor, tf.square(inverse)), tf.div(dot(), count));
          return tf.sub(
            channelAffine(dy, factor, shift),
            tf.mul(centred(), alongChannels(share)),
          );
        },
        () => tf.mul(dot(), inverse),
        () => sumByChannel(dy),
      ];
    },
  );
  return { value, mean, variance };
}

function composed(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor[] {
  const mean = meanByChannel(x);
  const centred = tf.sub(x, alongChannels(mean));
  const variance = meanByChannel(tf.square(centred));
  const factor = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale);
  return [channelAffine(centred, factor, offset), mean, variance];
}

/** How many numbers each channel has, counted where the sizes are known. */
function countOf(x: Tensor): Tensor {
  const [n, , height, width] = x.shape as [number, number, number, number];
  return tf.sum(tf.fill([n, 1, height, width], 1));
}
