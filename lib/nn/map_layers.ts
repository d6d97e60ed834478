/**
 * The layers of a net that work on maps of an image, [batch, channels, height, width].
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { ConvOptions, Net } from "./net.ts";

/** Binds the layers of maps to weights. */
export function mapLayers(
  tensor: (path: string) => Tensor,
): Pick<Net, "conv" | "batchNorm" | "groupNorm"> {
  return {
    conv(path, x, options = {}) {
      const y = convolved(x, tensor(`${path}.weight`), options);
      return options.bias ?? true ? tf.add(y, ofChannels(tensor(`${path}.bias`))) : y;
    },
    batchNorm(path, x, epsilon) {
      const of = (role: string) => tensor(`${path}.${role}`);
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
