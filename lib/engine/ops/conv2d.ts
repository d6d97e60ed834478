/**
 * Convolution over height and width.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Tensor } from "../tf.ts";
import { isTracing } from "../trace_backend.ts";
import { convolve, convolveBack, convolveWeight } from "./convolution/convolve.ts";
import { windowOf, type WindowOptions, windowsIn } from "./convolution/window.ts";
import { withGradients } from "./with_gradients.ts";

/** How a convolution slides, and what its channels see. */
export interface Conv2dOptions extends WindowOptions {
  /** Groups of channels that see only each other; 1 unless given. */
  readonly groups?: number;
}

/**
 * The cross-correlation of PyTorch's `conv2d`, without a bias, with its gradients by both tensors. Their
 * formulas are chosen by shape where the device compiles (`kernels/convolution.ts`).
 *
 * @param x [batch, in, height, width]; each size but `in` may be open
 * @param weight [out, in / groups, kernel height, kernel width]
 * @returns [batch, out, height, width], each size ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1
 * @throws TunebookError of kind "input" where the shapes do not fit each other
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  { groups = 1, ...options }: Conv2dOptions = {},
): Tensor {
  checkMaps("conv2d", x, weight);
  const [outputs, inputs, rows, columns] = weight.shape as [number, number, number, number];
  const [, channels, height, width] = x.shape as [number, number, number, number];
  if (channels !== inputs * groups || outputs % groups !== 0) {
    throw new TunebookError(
      "input",
      `conv2d: a weight [${weight.shape}] in ${groups} groups does not fit maps of ${channels} channels`,
    );
  }
  const window = windowOf("conv2d", [rows, columns], options);
  if (!isTracing()) windowsIn("conv2d", [height, width], window);
  const convolution = { window, groups };
  return withGradients(
    [x, weight],
    () => ({ value: convolve(x, weight, convolution) }),
    (dy, [x, weight]) => [
      () => convolveBack(dy, weight, convolution, [height, width]),
      () => convolveWeight(x, dy, convolution),
    ],
  );
}

/** Refuses what is no [batch, channels, height, width] and no [.., .., kernel height, kernel width]. */
export function checkMaps(of: string, x: Tensor, weight: Tensor): void {
  if (x.rank === 4 && weight.rank === 4) return;
  throw new TunebookError(
    "input",
    `${of} takes maps [batch, channels, height, width] and a weight of four dimensions, not ` +
      `[${x.shape}] and [${weight.shape}]`,
  );
}
