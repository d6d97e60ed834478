/**
 * Transposed convolution over height and width.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Tensor } from "../tf.ts";
import { checkMaps } from "./conv2d.ts";
import { convolve, convolveBack, convolveWeight } from "./convolution/convolve.ts";
import {
  bothAxes,
  type Pair,
  sizeBack,
  windowOf,
  type WindowOptions,
} from "./convolution/window.ts";
import { withGradients } from "./with_gradients.ts";

/** How a transposed convolution slides. */
export interface ConvTranspose2dOptions extends WindowOptions {
  /** Rows and columns that are added at the end, fewer than the stride; 0 unless given. */
  readonly outputPadding?: number | Pair;
  /** Groups of channels that see only each other; 1 unless given. */
  readonly groups?: number;
}

/**
 * PyTorch's `conv_transpose2d`, without a bias: the gradient of a convolution by what it sees, with gradients of
 * its own.
 *
 * @param x [batch, in, height, width]; each size but `in` may be open
 * @param weight [in, out / groups, kernel height, kernel width]
 * @returns [batch, out, height, width], each size
 * (size − 1)·stride − padding + dilation·(kernel − 1) + 1 + output padding
 * @throws TunebookError of kind "input" where the shapes do not fit each other
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  { groups = 1, outputPadding = 0, ...options }: ConvTranspose2dOptions = {},
): Tensor {
  checkMaps("convTranspose2d", x, weight);
  const [inputs, , rows, columns] = weight.shape as [number, number, number, number];
  const [, channels, height, width] = x.shape as [number, number, number, number];
  if (channels !== inputs || inputs % groups !== 0) {
    throw new TunebookError(
      "input",
      `convTranspose2d: a weight [${weight.shape}] in ${groups} groups does not fit maps of ` +
        `${channels} channels`,
    );
  }
  const window = windowOf("convTranspose2d", [rows, columns], options);
  const added = addedRows(outputPadding, window.stride);
  const convolution = { window, groups };
  const size = sizeBack([height, width], window, added);
  return withGradients(
    [x, weight],
    () => ({ value: convolveBack(x, weight, convolution, size) }),
    (dy, [x, weight]) => [
      () => convolve(dy, weight, { ...convolution, counts: [height, width] }),
      () => convolveWeight(dy, x, convolution),
    ],
  );
}

/** ONNX Runtime knows no more rows than the stride, which PyTorch allows under a larger dilation. */
function addedRows(outputPadding: number | Pair, stride: Pair): Pair {
  const added = bothAxes(outputPadding);
  const fits = added.length === 2 &&
    added.every((count, at) => Number.isSafeInteger(count) && count >= 0 && count < stride[at]);
  if (fits) return added;
  throw new TunebookError(
    "input",
    `convTranspose2d: outputPadding ${
      JSON.stringify(outputPadding)
    } must be whole numbers from 0, below ` +
      `the stride [${stride}]`,
  );
}
