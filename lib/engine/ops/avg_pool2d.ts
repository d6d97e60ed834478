/**
 * The mean of each window of a map.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";
import { type Convolution, eagerConvolution } from "./convolution/eager.ts";
import { convolveBack } from "./convolution/convolve.ts";
import type { Pair, Window, WindowOptions } from "./convolution/window.ts";
import { poolWindow } from "./max_pool2d.ts";
import { singleNode } from "./single_node.ts";
import { withGradients } from "./with_gradients.ts";

/** How a window of a pool slides; its stride is its size unless given. */
export interface AvgPool2dOptions extends Omit<WindowOptions, "dilation"> {
  /** Height and width of the window. */
  readonly kernel: number | Pair;
  /** Whether padding counts as zeros in the means, as in PyTorch; true unless given. */
  readonly countsPadding?: boolean;
}

/**
 * PyTorch's `avg_pool2d`; `countsPadding` is its count_include_pad.
 *
 * @param x [batch, channels, height, width]; each size but `channels` may be open
 * @returns [batch, channels, height, width], each size as `conv2d` has it
 * @throws TunebookError of kind "input" where a window could see nothing but padding
 */
export function avgPool2d(
  x: Tensor,
  { countsPadding = true, ...options }: AvgPool2dOptions,
): Tensor {
  const window = poolWindow("avgPool2d", x, options);
  const isSame = countsPadding || window.padding.every((rows) => rows === 0);
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const convolution: Convolution = { window, groups: channels };
  return withGradients(
    [x],
    () => ({ value: means(x, window, isSame) }),
    (dy, [x]) => [
      () => {
        const shared = isSame ? dy : tf.div(dy, sharesOf(x, window));
        return convolveBack(shared, meanWeight(channels, window), convolution, [height, width]);
      },
    ],
  );
}

/** A weight that takes means of each channel. */
function meanWeight(channels: number, { kernel: [rows, columns] }: Window): Tensor {
  return tf.fill([channels, 1, rows, columns], 1 / (rows * columns));
}

function means(x: Tensor, window: Window, countsPadding: boolean): Tensor {
  const attrs = { window, countsPadding } as unknown as NamedAttrMap;
  return singleNode("AveragePoolMaps", { x }, attrs, () => {
    const channels = x.shape[1]!;
    const found = eagerConvolution(x, meanWeight(channels, window), { window, groups: channels });
    return [countsPadding ? found : tf.div(found, sharesOf(x, window))];
  })[0];
}

/** The share of each window that is no padding, [1, 1, windows down, windows across]. */
function sharesOf(x: Tensor, window: Window): Tensor {
  const [, , height, width] = x.shape as [number, number, number, number];
  return means(tf.fill([1, 1, height, width], 1), window, true);
}
