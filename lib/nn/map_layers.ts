/**
 * The layers of a net that work on maps of an image, [batch, channels, height, width].
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { AttachedMethod, HookContext } from "./method.ts";
import type { ConvOptions, Net } from "./net.ts";

/** Batch normalisations that compute with the statistics of the batch, and what becomes of these. */
export interface BatchStatistics {
  /** Paths of layers; all others are frozen. */
  readonly paths: ReadonlySet<string>;
  /** Takes the mean and variance of each channel, [channels] each. */
  found(path: string, mean: Tensor, variance: Tensor): void;
}

/** What the layers are bound to. */
export interface MapLayersOptions {
  tensor(path: string): Tensor;
  readonly adapter: AttachedMethod | undefined;
  readonly statistics: BatchStatistics | undefined;
  /** What the method's hooks see. */
  context(): HookContext;
}

/** Binds the layers of maps to weights and a method. */
export function mapLayers(
  { tensor, adapter, statistics, context }: MapLayersOptions,
): Pick<Net, "conv" | "batchNorm" | "groupNorm"> {
  return {
    conv(path, x, options = {}) {
      const product = convolved(x, tensor(`${path}.weight`), options);
      const y = options.bias ?? true
        ? tf.add(product, ofChannels(tensor(`${path}.bias`)))
        : product;
      const convolve = (x: Tensor, weight: Tensor) => convolved(x, weight, options);
      return adapter?.convOutput?.(path, { x, y, convolve }, context()) ?? y;
    },
    batchNorm(path, x, epsilon) {
      const of = (role: string) => tensor(`${path}.${role}`);
      if (statistics?.paths.has(path)) {
        const { value, mean, variance } = ops.batchNorm(x, of("weight"), of("bias"), epsilon);
        statistics.found(path, mean, variance);
        return value;
      }
      return ops.frozenBatchNorm(x, {
        scale: of("weight"),
        offset: of("bias"),
        mean: of("running_mean"),
        variance: of("running_var"),
      }, epsilon);
    },
    groupNorm: (path, x, groups, epsilon) =>
      ops.groupNorm(x, tensor(`${path}.weight`), tensor(`${path}.bias`), { groups, epsilon }),
  };
}

/** The product of a convolution, without its bias. */
export function convolved(
  x: Tensor,
  weight: Tensor,
  { bias: _, isTransposed = false, outputPadding, ...options }: ConvOptions,
): Tensor {
  return isTransposed
    ? ops.convTranspose2d(x, weight, {
      ...options,
      ...(outputPadding === undefined ? {} : { outputPadding }),
    })
    : ops.conv2d(x, weight, options);
}

/** [channels] → [1, channels, 1, 1] */
function ofChannels(x: Tensor): Tensor {
  return tf.reshape(x, [1, -1, 1, 1]);
}
